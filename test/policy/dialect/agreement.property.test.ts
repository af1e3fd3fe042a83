/**
 * What is proven is a NetworkPolicy; what a plugin gets may be a policy in its own dialect. Here both are asked the same:
 * in random clusters, of random profiles and options, whether each of a pod's connections passes. They must agree, but for
 * the differences of readings.ts, each of which a note beside the policy must tell.
 */
import * as fc from "fast-check";
import t from "tap";
import { toCalicoPolicy } from "../../../src/policy/dialect/calico.ts";
import { toCiliumPolicy } from "../../../src/policy/dialect/cilium.ts";
import { toClusterPolicy } from "../../../src/policy/dialect/cluster.ts";
import { disagreement, type Reading, type Tally, type Writer } from "./agreement.ts";
import { world } from "./random-worlds.ts";
import { CALICO, CILIUM, CLUSTER } from "./readings.ts";

const DIALECTS: readonly (readonly [string, Reading, Writer])[] = [
  ["cilium", CILIUM, toCiliumPolicy],
  ["calico", CALICO, toCalicoPolicy],
  ["cluster", CLUSTER, toClusterPolicy],
];

const RUNS = Number(process.env["WEIR_WORLDS"] ?? 15);
const known = fc.sample(world, { seed: 5, numRuns: 60 });

for (const [name, reading, write] of DIALECTS)
  await t.test(`${name}: it lets through what the NetworkPolicy does, but for what its notes say`, async (t) => {
    const tally: Tally = new Map();
    t.equal(disagreement(reading, write, known, tally), undefined);
    const unmet = reading.differences.filter((difference) => !tally.has(difference.name));
    t.ok(unmet.length <= 1, `differences that were not met: ${unmet.map((difference) => difference.name).join()}`);
    t.ok(tally.get("both allow")! > 5000 && tally.get("both refuse")! > 5000, JSON.stringify([...tally]));
    fc.assert(
      fc.property(world, (one) => {
        const found = disagreement(reading, write, [one]);
        if (found !== undefined) throw new Error(found);
      }),
      { numRuns: RUNS },
    );
  });
