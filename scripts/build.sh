# shellcheck shell=bash
# Builds the command line into .local/publish. Sourced, after packages.sh; expects $root.

published="${root:?}/.local/publish"

publish_stale() {
  [[ ! -x "$published/godwit" || ! -f "$published/godwit.dll" ]] \
    || [[ -n "$(find "$root/src" "$root/runbooks" "$root"/Directory.*.props -newer "$published/godwit.dll" \
      \( -path "$root/runbooks/*" -o -name '*.cs' -o -name '*.csproj' -o -name '*.props' \) -not -path '*/obj/*' -print -quit)" ]]
}

publish_as() {
  # Each way leaves other files.
  rm -rf -- "$published"
  dotnet publish "$root/src/hosts/Godwit.Cli" -c Release "$@" -o "$published" >>"$log" 2>&1
}

publish_failed() {
  grep -E 'error' "$1" | sort -u | head -n 20 >&2
  fail "the build failed; see $1"
}

# The program with its runtime, compiled ahead of time, takes packages that not every package source has; without them it is built plainer, and starts later.
publish() {
  require_dotnet
  mkdir -p "$root/.local"
  local log="$root/.local/build.log" begun="$root/.local/build.begun"
  (
    flock 9
    publish_stale || exit 0
    say "building"
    touch "$begun"
    : >"$log"
    if ! publish_as -p:AheadOfTime=true; then
      # Code that cannot be trimmed is a fault of ours, and not a package that is not to be had.
      grep -qE ' error (IL|CS|CA|IDE)[0-9]' "$log" && publish_failed "$log"
      publish_as -p:PublishReadyToRun=true || publish_as || publish_failed "$log"
    fi
    # A source that was edited while this built is newer than what was built.
    touch -r "$begun" "$published/godwit.dll"
  ) 9>"$root/.local/build.lock"
}
