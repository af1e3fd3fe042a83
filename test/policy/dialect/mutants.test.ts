import { join } from "node:path";
import * as fc from "fast-check";
import t from "tap";
import { readFaults } from "../mutants/read-faults.ts";
import { disagreement } from "./agreement.ts";
import { dialectOf, plantedWriter } from "./planted.ts";
import { world } from "./random-worlds.ts";
import { CALICO, CILIUM, CLUSTER } from "./readings.ts";

const READINGS = { cilium: CILIUM, calico: CALICO, cluster: CLUSTER };

const faults = readFaults(new URL("faults.txt", import.meta.url));
const worlds = fc.sample(world, { seed: 3, numRuns: 120 });
const copies = t.testdir();

await t.test("at least ten faults are planted in each writer, each of its own name", async (t) => {
  for (const [dialect, own] of Map.groupBy(faults, dialectOf)) {
    t.ok(own.length >= 10, `${own.length} in ${dialect}`);
    t.equal(new Set(own.map(({ name }) => name)).size, own.length, dialect);
  }
});

for (const [index, fault] of faults.entries())
  await t.test(`${dialectOf(fault)}: it is noticed if ${fault.name}`, async (t) => {
    const write = await plantedWriter(fault, join(copies, String(index)));
    // An exception is no wrong answer: it would come of a fault that was planted badly, and fails this test.
    t.type(disagreement(READINGS[dialectOf(fault)], write, worlds), "string");
  });
