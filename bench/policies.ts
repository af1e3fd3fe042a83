/**
 * How fast policies are evaluated and generated in a cluster of a thousand workloads: `node bench/policies.ts`.
 * It needs neither root nor a network, and is a part of `make bench`.
 */
import { compilePolicies } from "../src/policy/evaluate/evaluate.ts";
import { type End, podEnd } from "../src/policy/evaluate/end.ts";
import { generatePolicies } from "../src/policy/generate.ts";
import { resolveOptions } from "../src/policy/resolve-options.ts";
import { toYaml } from "../src/policy/yaml.ts";
import { makeProfiles, makeTown, PORTS } from "./policy/town.ts";
import { peakMebibytes, residentMebibytes } from "./process-cost.ts";

const QUESTIONS = 5_000_000;
const TURNS = 5;

const cluster = makeTown({ workloads: 1_000, policies: 500 });
const ends = cluster.pods().map(podEnd);
console.log(
  `${cluster.workloads().length} workloads, ${ends.length} pods, ${cluster.networkPolicies().length} policies`,
);

const compiled = timed(() => compilePolicies(cluster.networkPolicies(), cluster));
const first = timed(() => ask(ends.length ** 2));
const rest = timed(() => ask(QUESTIONS));
console.log(`policies compiled in ${compiled.ms.toFixed(1)} ms`);
console.log(`every pair once, ${speed(ends.length ** 2, first.ms)} with what is looked up once for each pod`);
console.log(`then ${speed(QUESTIONS, rest.ms)}, ${((100 * rest.value) / QUESTIONS).toFixed(1)} % allowed`);

const profiles = makeProfiles(cluster, { callsOfEach: 9 });
const edges = profiles.reduce((sum, { ingress, egress }) => sum + ingress.length + egress.length, 0);
const settings = resolveOptions({});
const before = residentMebibytes(process.pid);
const turns = Array.from({ length: TURNS }, () => timed(() => void generatePolicies(profiles, cluster, settings)));
const generated = generatePolicies(profiles, cluster, settings);
const written = timed(() => toYaml(generated));
const passed = generated.reduce((sum, { review }) => sum + review.passed.length, 0);
console.log(`${generated.length} policies generated and proven from ${edges} edges, of which ${passed} pass:`);
console.log(
  `${turns.map(({ ms }) => ms.toFixed(0)).join(", ")} ms in ${TURNS} turns; as YAML ${written.ms.toFixed(0)} ms more`,
);
console.log(`resident ${before.toFixed(0)} MiB before, ${peakMebibytes(process.pid).toFixed(0)} MiB at the peak`);

/** Walks through all pairs in an order that no cache likes; returns how many are allowed. */
function ask(count: number): number {
  let allowed = 0;
  for (let index = 0; index < count; index++) {
    const from = ends[index % ends.length] as End;
    const to = ends[(index * 7 + Math.trunc(index / ends.length)) % ends.length] as End;
    if (compiled.value.isAllowed({ from, to, port: PORTS[index % PORTS.length]!, protocol: "TCP" })) allowed++;
  }
  return allowed;
}

function timed<Value>(work: () => Value): { readonly value: Value; readonly ms: number } {
  const began = performance.now();
  const value = work();
  return { value, ms: performance.now() - began };
}

function speed(count: number, ms: number): string {
  return `${(count / ms / 1000).toFixed(2)} million questions a second`;
}
