#!/usr/bin/env bash
# Writes docs/hazards.md to standard output: docs/hazards.tsv, with the tests that carry each hazard's number as a trait.
#   scripts/hazards.sh > docs/hazards.md
set -euo pipefail
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
# shellcheck source=scripts/traits.sh
source "$root/scripts/traits.sh"

traits Hazard "$root/tests" | awk -F '\t' '
  NR == FNR { tests[$1] = tests[$1] (tests[$1] == "" ? "" : ", ") "`" $2 "`"; next }
  FNR == 1 {
    print "# How a move could lose data, and what shows that it does not"
    print ""
    print "Moves that run beside writers, or on two sides, fail in ways that no run of luck shows: each was found in review, most were seen on a real database. What follows from it is kept by tests, which have the number as their trait"
    print "`Hazard`. Suites whose names end in `Conformance` run on both kinds of sources, SQLite and PostgreSQL. `scripts/hazards.sh` writes this page. What a live move does is in [live moves](live-move.md)."
    print ""
    print "| | what could happen | what Godwit does | shown by |"
    print "|---|---|---|---|"
  }
  { printf "| %s | %s | %s | %s |\n", $1, $2, $3, tests[$1] == "" ? "**no test yet**" : tests[$1] }' - "$root/docs/hazards.tsv"
