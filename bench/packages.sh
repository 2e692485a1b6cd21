# shellcheck shell=bash
# What the commands of this folder need of the machine. Sourced.

root() { if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo "$@"; else return 1; fi; }

install() { command -v apt-get >/dev/null && root apt-get install -y --no-install-recommends "$@" >/dev/null 2>&1; }

# need COMMAND PACKAGE: installs the package where the command is missing and the user may.
need() {
  command -v "$1" >/dev/null && return
  install "$2" || { echo "bench/$(basename "$0"): install the package $2" >&2; exit 1; }
}
