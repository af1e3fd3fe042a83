#!/bin/sh
# Has every module of weir read once, so that bin/weir finds it stripped of its types and compiled: without that each
# start loads Node's type stripper, which costs some 30 MiB. Node keeps a cache for each user: run this as whoever
# runs weir, with the same Node.
set -eu
home=$(readlink -f "$(dirname "$0")/..")
cd "$home"
node=$(ls node_modules/node-linux-*/bin/node 2>/dev/null | head -n 1)
export NODE_COMPILE_CACHE="$home/node_modules/.cache/weir"
read -r flags < bin/node-flags
"${node:-node}" $flags --input-type=module --eval '
  process.argv.push("--help");
  process.stdout.write = () => true;
  await import("./src/main.ts");
  for (const module of ["agent", "cli/capture", "cli/flows", "cli/analyze", "cli/check", "cli/forget", "cli/snapshot"])
    await import(`./src/${module}.ts`);
  await import("@kubernetes/client-node");'
