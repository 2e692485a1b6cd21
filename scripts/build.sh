# shellcheck shell=bash
# Builds the command line into .local/publish, and the server into .local/publish/server. Sourced, after packages.sh; expects $root.

# shellcheck source=scripts/breached-passwords.sh
source "${root:?}/scripts/breached-passwords.sh"

published="${root:?}/.local/publish"

publish_stale() {
  [[ ! -x "$published/godwit" || ! -f "$published/godwit.dll" ]] \
    || [[ -n "$(find "$root/src" "$root/runbooks" "$root"/Directory.*.props -newer "$published/godwit.dll" \
      \( -path "$root/runbooks/*" -o -name '*.cs' -o -name '*.csproj' -o -name '*.props' \) -not -path '*/obj/*' \
      -not -path "$root/src/hosts/Godwit.Server/*" -not -path "$root/src/platform/*" -not -path "$root/src/foundation/Godwit.Http/*" -print -quit)" ]]
}

publish_as() {
  # Each way leaves other files; the server's are its own.
  if [[ -d $published ]]; then
    find "$published" -mindepth 1 -maxdepth 1 -not -name server -exec rm -rf -- {} +
  fi
  dotnet publish "$root/src/hosts/Godwit.Cli" -c Release "$@" -o "$published" >>"$log" 2>&1
}

# The server leans on the ASP.NET Core runtime that is installed: its own code alone is compiled ahead of time.
server_stale() {
  [[ ! -x "$published/server/godwit-server" || ! -f "$published/server/godwit-server.dll" ]] \
    || [[ -n "$(find "$root/src/foundation" "$root/src/engine" "$root/src/platform" "$root/src/hosts/Godwit.Server" "$root"/Directory.*.props -newer "$published/server/godwit-server.dll" \
      \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -path '*/platform/*.txt' -o -path '*/Site/Assets/*' \) -not -path '*/obj/*' -print -quit)" ]]
}

publish_server_as() {
  rm -rf -- "$published/server"
  dotnet publish "$root/src/hosts/Godwit.Server" -c Release "$@" -o "$published/server" >>"$log" 2>&1
}

# Publishes the server too; who only moves does not wait for it.
publish_server() {
  require_dotnet
  mkdir -p "$root/.local"
  local log="$root/.local/build-server.log" begun="$root/.local/build-server.begun"
  (
    flock 9
    server_stale || exit 0
    say "building the server"
    touch "$begun"
    : >"$log"
    if ! publish_server_as -p:AheadOfTime=true; then
      grep -qE ' error (IL|CS|CA|IDE)[0-9]' "$log" && publish_failed "$log"
      publish_server_as || publish_failed "$log"
    fi
    # The service does not start without it.
    breached_passwords_for "$published/server"
    touch -r "$begun" "$published/server/godwit-server.dll"
  ) 9>"$root/.local/build.lock"
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
