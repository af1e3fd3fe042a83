/**
 * What the exchange of parts costs the API server, and whether what any agent answers is what one observer of
 * everything would: `node bench/cluster-wide.ts [NODES [PODS]]`, twenty and 600 if not said. Hours pass in simulated
 * time; the API server is the tests' own. Prints the tables of docs/cluster-wide.md: what was measured, and for larger
 * clusters what follows from it.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { connectApi } from "../src/cluster/api/connect-api.ts";
import type { Edge } from "../src/profile/edge.ts";
import { MAX_HELD_EDGES } from "../src/profile/part/held-parts.ts";
import { defaultPartPaces } from "../src/profile/part/part-schedule.ts";
import type { Profile } from "../src/profile/profile.ts";
import { ApiServer } from "../test/api-server/api-server.ts";
import { networkProfileDefinition } from "../test/daemonset/manifests.ts";
import { type Sent, SimulatedCluster } from "../test/profile/simulated-cluster.ts";

const [nodes = 20, pods = 600] = process.argv.slice(2).map(Number);
/** Connections that a pod opens in a minute. */
const RATE = 2;
const PERIODS = [
  { name: "the first hour", minutes: 60 },
  { name: "the next four", minutes: 240 },
  { name: "eight more, settled", minutes: 480 },
] as const;
const SIZES = [100, 1_000, 5_000];
const PARTS_PER_NODE = 30;
const MIB = 1024 * 1024;

const folder = mkdtempSync(join(tmpdir(), "weir-wide-"));
const server = await new ApiServer([networkProfileDefinition]).start();
const stop = new AbortController();
try {
  writeFileSync(join(folder, "kubeconfig"), server.kubeconfig());
  const connection = await connectApi({ kind: "kubeconfig", path: join(folder, "kubeconfig") });
  const simulation = new SimulatedCluster({ nodes, pods, connection, signal: stop.signal });
  console.log("| time | writes a minute | of them for one node | KiB a minute sent | KiB a minute answered |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const { name, minutes } of PERIODS) {
    server.counts.reset();
    await simulation.pass(minutes, RATE);
    console.log(row(name, minutes, simulation.takeSent()));
  }
  await simulation.pass(defaultPartPaces.countsMostMs / 60_000 + 1, 0);
  simulation.takeSent();
  server.counts.reset();
  await simulation.pass(60, 0);
  console.log(row("an hour without traffic", 60, simulation.takeSent()));
  await answer(simulation);
} finally {
  stop.abort();
  await server.stop();
  rmSync(folder, { recursive: true });
}

function row(name: string, minutes: number, { requests, octets }: Sent): string {
  const answered = server.counts.total().bytes / minutes / 1024;
  const perMinute = requests / minutes;
  return `| ${name} | ${perMinute.toFixed(1)} | ${(perMinute / nodes).toFixed(2)} | ${(octets / minutes / 1024).toFixed(1)} | ${answered.toFixed(1)} |`;
}

async function answer(simulation: SimulatedCluster): Promise<void> {
  const { cluster, observer } = simulation;
  server.counts.reset();
  const answers = simulation.answers();
  const began = performance.now();
  const heap = heapUsed();
  await answers.gather();
  const gathered = performance.now();
  const held = heapUsed() - heap;
  const merged = answers.profiles(cluster);
  const asked = performance.now();
  const isEqual = isDeepStrictEqual(merged.map(countsOf), observer.profiles(cluster).map(countsOf));
  const edges = merged.reduce((sum, { ingress, egress }) => sum + ingress.length + egress.length, 0);
  const stored = server.counts.total();
  console.log(
    `\nequal to one observer of everything: ${isEqual ? "yes" : "NO"}; ${edges} edges of ${merged.length} workloads`,
  );
  console.log(`a first question: ${stored.requests} requests, ${(stored.bytes / MIB).toFixed(2)} MiB,`);
  console.log(`${Math.round(gathered - began)} ms to gather, ${Math.round(asked - gathered)} ms to merge all;`);
  console.log(`${(held / MIB).toFixed(1)} MiB held for ${answers.counts.held} parts\n`);
  const parts = answers.counts.held + PARTS_PER_NODE;
  extrapolate(stored.bytes / answers.counts.held, partEdges(observer.profiles(cluster)) / parts);
  if (!isEqual) process.exitCode = 1;
}

/** An edge is told by each node that showed it. */
function partEdges(profiles: readonly Profile[]): number {
  return profiles
    .flatMap(({ ingress, egress }) => [...ingress, ...egress])
    .reduce((sum, { nodes: on }) => sum + on.length, 0);
}

/** Calculated: thirty parts a node, each of the size measured, written at the slowest rate when settled. */
function extrapolate(partOctets: number, edgesOfPart: number): void {
  console.log(
    "| nodes | objects | stored, MiB | writes a second, settled | KiB a second, settled | writes a second, first hour | a first question, MiB | held by one agent |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const size of SIZES) {
    const parts = size * PARTS_PER_NODE;
    const settled = parts / (defaultPartPaces.countsMostMs / 1000);
    // New edges a few times, and counts twice: as measured above.
    const learning = (parts * 5) / 3_600;
    const share = Math.min(1, MAX_HELD_EDGES / (parts * (1 + edgesOfPart)));
    const stored = (parts * partOctets) / MIB;
    console.log(
      `| ${size.toLocaleString("en")} | ${parts.toLocaleString("en")} | ${stored.toFixed(0)} | ${settled.toFixed(1)} | ${((settled * partOctets) / 1024).toFixed(0)} | ${learning.toFixed(0)} | ${stored.toFixed(0)} | ${Math.round(share * 100)} % |`,
    );
  }
}

function countsOf({ workload, ingress, egress }: Profile): unknown {
  const plain = ({ pods: _, nodes: __, occasions: ___, ...edge }: Edge): unknown => edge;
  return { workload, ingress: ingress.map(plain), egress: egress.map(plain) };
}

function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
