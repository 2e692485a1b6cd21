# shellcheck shell=bash
# For scripts that make a page of the tests' own traits: source it.

# traits NAME FOLDER: lines "VALUE<TAB>Class.Method" or "VALUE<TAB>Class" of every [Trait("NAME", "VALUE")] in the tests and suites below a folder, in order.
traits() {
  find "$2" \( -name '*Tests.cs' -o -name '*Conformance.cs' \) -not -path '*/obj/*' -not -path '*/bin/*' -print0 | sort -z | xargs -0 awk -v trait="$1" '
    BEGIN { pattern = "\\[Trait\\(\"" trait "\", \"[0-9.]+\"\\)\\]" }
    FNR == 1 { n = 0; class = FILENAME; sub(/.*\//, "", class); sub(/\.cs$/, "", class) }
    match($0, pattern) { split(substr($0, RSTART, RLENGTH), part, "\""); ids[++n] = part[4]; next }
    n > 0 && /^ *(public|internal) .*(class|\() ?/ {
      name = class
      if ($0 !~ / class /) { name = $0; sub(/\(.*/, "", name); sub(/.* /, "", name); name = class "." name }
      for (i = 1; i <= n; i++) print ids[i] "\t" name
      n = 0
    }' | sort -u
}
