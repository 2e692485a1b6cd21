# shellcheck shell=bash
# What the scripts at the root need from the system's package manager. Sourced.

say() { printf -- '-- %s\n' "$*" >&2; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 4
}

# Runs a command as root, when that works without asking anybody.
as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  else
    sudo -n -- "$@"
  fi
}

may_install() {
  command -v apt-get >/dev/null && { [[ $EUID -eq 0 ]] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }; }
}

have_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || { command -v initdb && command -v pg_ctl; } >/dev/null 2>&1; }

have_library() { compgen -G "/usr/lib/*/$1" >/dev/null || compgen -G "/lib/*/$1" >/dev/null; }

require_dotnet() {
  command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0"
  # The command's own launcher looks in system folders only.
  if [[ -z ${DOTNET_ROOT:-} ]]; then
    DOTNET_ROOT="$(dirname "$(readlink -f "$(command -v dotnet)")")"
    export DOTNET_ROOT
  fi
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
}

# install_packages NAME...: Debian's PostgreSQL package would make and start a server of its own on port 5432; a file of ours in
# createcluster.d (pg_createcluster(1)) keeps it from doing so, and goes again afterwards. So does a policy (invoke-rc.d(8)) that keeps
# other packages from starting their services, where there is none yet.
install_packages() {
  [[ $# -gt 0 ]] || return 0
  may_install || fail "missing: $*; install with: apt-get install $*"
  local folder=/etc/postgresql-common/createcluster.d
  local policy=/usr/sbin/policy-rc.d
  local log
  log="$(mktemp)"
  say "installing $*"
  if [[ -e $policy ]]; then
    policy=""
  else
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 0755 "$policy"
  fi
  as_root mkdir -p "$folder"
  printf 'create_main_cluster = false\n' | as_root tee "$folder/godwit.conf" >/dev/null
  local status=0
  {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install --yes --no-install-recommends "$@" \
      || { as_root apt-get -o DPkg::Lock::Timeout=120 update \
        && as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install --yes --no-install-recommends "$@"; }
  } >"$log" 2>&1 || status=$?
  as_root rm -f "$folder/godwit.conf"
  as_root rmdir --ignore-fail-on-non-empty "$folder"
  if [[ -n $policy ]]; then
    as_root rm -f "$policy"
  fi
  if [[ $status -ne 0 ]]; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail "apt-get install $* failed"
  fi
  rm -f "$log"
}

# What Godwit itself needs at run time.
install_runtime() {
  local missing=()
  have_postgres || missing+=(postgresql)
  have_library libsqlite3.so.0 || missing+=(libsqlite3-0)
  # Hashes of passwords: those made here, those of several lanes, and bcrypt.
  have_library libsodium.so.23 || missing+=(libsodium23)
  have_library libargon2.so.1 || missing+=(libargon2-1)
  have_library libcrypt.so.1 || missing+=(libcrypt1)
  install_packages "${missing[@]}"
}
