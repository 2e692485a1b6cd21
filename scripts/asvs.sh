#!/usr/bin/env bash
# Writes docs/asvs.md to standard output: docs/asvs.tsv, with the tests that carry each requirement's id as a trait.
#   scripts/asvs.sh > docs/asvs.md
set -euo pipefail
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"

# shellcheck source=scripts/traits.sh
source "$root/scripts/traits.sh"

traits ASVS "$root/tests" | awk -F '\t' '
  NR == FNR { tests[$1] = tests[$1] (tests[$1] == "" ? "" : ", ") "`" $2 "`"; next }
  FNR == 1 {
    print "# ASVS 5.0, level 2"
    print ""
    print "What the [OWASP Application Security Verification Standard 5.0](https://owasp.org/www-project-application-security-verification-standard/) asks of the [identity service](identity.md) at the levels 1 and 2, and the tests that show it: those with the id as their trait `ASVS`."
    print "The numbers are of the standard, the words are ours: what is asked for in full stands there. Chapter 17 is about WebRTC, which is not here. `scripts/asvs.sh` writes this page."
  }
  { split($1, id, "."); level[$2]++; known[$1] = 1 }
  id[1] != chapter { chapter = id[1]; printf "\n## %s\n\n| id | level | what | shown by |\n|---|---|---|---|\n", title(chapter) }
  {
    shown = $4
    if (sub(/^docs: /, "", shown)) shown = "[described](" shown ")"
    else if (sub(/^none: /, "", shown)) shown = "nothing of the kind: " shown
    else if (sub(/^operator: /, "", shown)) shown = "up to who runs it: " shown
    if (tests[$1] != "") shown = tests[$1] (shown == "" ? "" : "; " shown)
    if (shown == "") { shown = "**no test yet**"; open++ }
    else if (tests[$1] != "") tested++
    printf "| %s | %s | %s | %s |\n", $1, $2, $3, shown
  }
  END {
    printf "\n%d requirements of level 1 and %d of level 2: %d are shown by tests, %d are not shown yet, the others are described, up to who runs it, or about what is not here.\n", level[1], level[2], tested, open
    for (id1 in tests) if (!(id1 in known)) beyond[++m] = id1
    if (m > 0) {
      printf "\n## Level 3\n\nOf level 3 tests show:\n\n"
      for (i = 1; i <= m; i++) for (j = i + 1; j <= m; j++) if (beyond[j] < beyond[i]) { swap = beyond[i]; beyond[i] = beyond[j]; beyond[j] = swap }
      for (i = 1; i <= m; i++) printf "- %s: %s\n", beyond[i], tests[beyond[i]]
    }
  }
  function title(c) {
    split("Encoding and sanitization|Validation and business logic|Web front end|API and web service|Files|Authentication|Sessions|Authorization|Self-contained tokens|OAuth and OpenID Connect|Cryptography|Secure communication|Configuration|Data protection|Secure coding and architecture|Logging and errors", t, "|")
    return c ". " t[c]
  }' - "$root/docs/asvs.tsv"
