/**
 * A week of churn in a minute or two: `node $(head -1 bin/node-flags) bench/soak.ts [DAYS]`, as the agent runs. 10,000 pods of 500 workloads, of which every eight
 * seconds one is replaced, while a Job comes and goes; roll-outs and new nodes between. Prints what is in use after each
 * tenth, and fails where memory has grown after the first.
 */
import { FastMotion } from "../test/cluster/churn/fast-motion.ts";
import { heapAfterCollection } from "../test/cluster/churn/heap-after-collection.ts";

/** The pools of shared parts fill up and begin anew, and V8 compiles; a lost word for each pod would be more. */
const ALLOWED_MIB = 2.5;
const MIB = 1024 * 1024;
const TENTHS = 10;
const stepMs = 8_000;
const days = Number(process.argv[2] ?? 7);
const steps = Math.round((days * 86_400_000) / stepMs / TENTHS);

const world = new FastMotion({ pods: 10_000, podsPerWorkload: 20, stepMs, rollOutEvery: 100, nodeEvery: 1_000 });
const heaps: number[] = [];
for (let tenth = 1; tenth <= TENTHS; tenth += 1) {
  for (let step = 0; step < steps; step += 1) world.step();
  const heap = heapAfterCollection() / MIB;
  heaps.push(heap);
  const resident = process.memoryUsage.rss() / MIB;
  const day = ((tenth * days) / TENTHS).toFixed(1);
  console.log(
    `day ${day}: ${heap.toFixed(1)} MiB in use, ${resident.toFixed(0)} resident, ${world.wrong()} named wrongly`,
  );
}
const [first = 0, ...later] = heaps;
const grown = Math.max(...later) - first;
console.log(
  `${steps * TENTHS} pods replaced and as many Jobs; at most ${grown.toFixed(1)} MiB more than after the first tenth`,
);
if (grown > ALLOWED_MIB || world.wrong() > 0) process.exitCode = 1;
