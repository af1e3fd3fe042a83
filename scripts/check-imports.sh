#!/usr/bin/env bash
# Who may import whom: the table is .dependency-cruiser.json. A checker that finds no modules would call
# anything clean, so that it finds them is checked too.
set -euo pipefail
cd "$(dirname "$0")/.."
report=$(node_modules/.bin/node node_modules/.bin/depcruise --config .dependency-cruiser.json src test demo --output-type err-long) || { echo "$report"; exit 1; }
echo "$report"
count=$(grep -oE '[0-9]+ modules' <<<"$report" | grep -oE '[0-9]+' | head -n 1)
[ "${count:-0}" -ge 60 ] || { echo "check-imports: only ${count:-0} modules found; the table was checked on nothing" >&2; exit 1; }
