#!/usr/bin/env bash
# Makes src/foundation/Godwit.Security/Unicode/Tables.txt from the Unicode Character Database, as Debian's package unicode-data has it. The result is committed: normalization is part of every blind index
# of an address and of every password's hash, and is the same on every machine.
set -euo pipefail
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
# shellcheck source=scripts/packages.sh
source "$root/scripts/packages.sh"
from=/usr/share/unicode
[[ -f $from/UnicodeData.txt ]] || install_packages unicode-data
to="$root/src/foundation/Godwit.Security/Unicode/Tables.txt"

# property FILE VALUE...: the ranges of a property's values, "S first last value".
property() {
  local file="$1"
  shift
  awk -F '[ \t]*[;#][ \t]*' -v tag="$1" -v value="${2:-}" '
    /^[0-9A-F]/ && (value == "" || $2 == value) { n = split($1, r, /\.\./); print tag " " r[1] " " r[n] (value == "" ? " " $2 : "") }' "$from/$file"
}

{
  echo "# Made by scripts/unicode.sh from the Unicode Character Database, $(sed -n '1s/^# DerivedNormalizationProps-\(.*\)\.txt$/version \1/p' "$from/DerivedNormalizationProps.txt"). Unicode License V3, https://www.unicode.org/license.txt; copyright Unicode, Inc."
  echo "# C point class: canonical combining class. D point points: canonical decomposition; K: compatibility decomposition. X first last: not composed again."
  echo "# I first last: shown as nothing. S first last script."
  awk -F ';' '$4 != "0" { print "C " $1 " " $4 }
    $6 != "" && substr($6, 1, 1) != "<" { print "D " $1 " " $6 }
    $6 != "" && substr($6, 1, 1) == "<" { sub(/^<[^>]*> /, "", $6); print "K " $1 " " $6 }' "$from/UnicodeData.txt"
  property DerivedNormalizationProps.txt X Full_Composition_Exclusion
  property DerivedCoreProperties.txt I Default_Ignorable_Code_Point
  property Scripts.txt S
} >"$to"
say "$(wc -c <"$to") bytes"
