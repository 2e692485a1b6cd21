#!/usr/bin/env bash
# A provider of OpenID Connect that the tests sign in with: the npm package oidc-provider, of a pinned version, in .local/tools. Run by ./test, and by the tests themselves where it is not there.
set -euo pipefail
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
folder="$root/.local/tools/oidc-provider"
package='oidc-provider@9.13.3'

if [[ -f "$folder/node_modules/oidc-provider/package.json" ]]; then
  exit 0
fi
command -v npm >/dev/null || { printf 'error: npm is missing: the tests of sign-in with a provider run one\n' >&2; exit 4; }
mkdir -p "$root/.local/tools"
# Tests that run at the same time install it once, and it is there when it is whole.
exec 9>"$root/.local/tools/oidc-provider.lock"
flock 9
[[ ! -f "$folder/node_modules/oidc-provider/package.json" ]] || exit 0
rm -rf "$folder" "$folder.new"
mkdir "$folder.new"
npm install --prefix "$folder.new" --no-audit --no-fund --ignore-scripts --loglevel=error "$package" >"$root/.local/npm-oidc-provider.log" 2>&1 || { printf 'error: %s could not be installed, see .local/npm-oidc-provider.log\n' "$package" >&2; exit 4; }
mv "$folder.new" "$folder"
