# shellcheck shell=bash
# The list of breached passwords that comes with the server: the common passwords of an npm package or, where there is no npm, of a Debian package, made into a filter by the server itself. Neither list is part of the
# repository. Sourced, after packages.sh; expects $root.

# Pinned, because another list is another answer to who registers.
common_passwords='@zxcvbn-ts/language-common@4.1.3'

# common_passwords_list: writes .local/tools/common-passwords.txt, one password a line.
common_passwords_list() {
  local folder="$root/.local/tools/common-passwords"
  local list="$root/.local/tools/common-passwords.txt"
  [[ -s $list ]] && return 0
  mkdir -p "$folder"
  if command -v npm >/dev/null && (cd "$folder" && npm pack --silent "$common_passwords" >/dev/null 2>&1 && tar xzf zxcvbn-ts-language-common-*.tgz); then
    node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).join("\n") + "\n")' "$folder/package/src/passwords.json" >"$list.unfinished" || return 1
  elif command -v apt-get >/dev/null && (cd "$folder" && { apt-get download python3-zxcvbn || { as_root apt-get update && apt-get download python3-zxcvbn; }; } >/dev/null 2>&1 && dpkg -x python3-zxcvbn_*.deb .); then
    sed -n 's/^ *"passwords": "\(.*\)"\.split(",").*/\1/p' "$folder/usr/lib/python3/dist-packages/zxcvbn/frequency_lists.py" | tr ',' '\n' >"$list.unfinished"
  fi
  [[ -s $list.unfinished ]] && mv -- "$list.unfinished" "$list"
}

# breached_passwords_for FOLDER: the filter beside the server's program there.
breached_passwords_for() {
  common_passwords_list || fail "no list of common passwords is to be had: install npm, or make $1/breached-passwords.filter with godwit-server breached-passwords (docs/identity.md)"
  "$1/godwit-server" breached-passwords --list "$root/.local/tools/common-passwords.txt" --out "$1/breached-passwords.filter" || fail "the list of common passwords could not be made into a filter"
}
