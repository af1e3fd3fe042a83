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
import { MAX_HELD_EDGES } from "../src/profile/part/held-parts.ts";
import { defaultPartPaces } from "../src/profile/part/part-schedule.ts";
import { ApiServer } from "../test/api-server/api-server.ts";
import { networkProfileDefinition } from "../test/daemonset/manifests.ts";
import { countsOf } from "../test/profile/count-profile.ts";
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
  const writesAMinute: number[] = [];
  for (const { name, minutes } of PERIODS) {
    server.counts.reset();
    await simulation.pass(minutes, RATE);
    const sent = simulation.takeSent();
    writesAMinute.push(sent.requests / minutes);
    console.log(row(name, minutes, sent));
  }
  await simulation.pass(defaultPartPaces.countsMostMs / 60_000 + 1, 0);
  simulation.takeSent();
  server.counts.reset();
  await simulation.pass(60, 0);
  console.log(row("an hour without traffic", 60, simulation.takeSent()));
  await answer(simulation, writesAMinute);
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

async function answer(simulation: SimulatedCluster, writesAMinute: readonly number[]): Promise<void> {
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
  const ownParts = answers.counts.held / (nodes - 1);
  extrapolate({
    partOctets: stored.bytes / (answers.counts.held + ownParts),
    edgesOfPart: (await edgesStored()) / (ownParts * nodes),
    writesAMinute: writesAMinute.map((writes) => writes / (ownParts * nodes)),
  });
  if (!isEqual) process.exitCode = 1;
}

/** Of all parts together. */
async function edgesStored(): Promise<number> {
  const response = await fetch(`${server.url}/apis/weir.io/v1alpha1/networkprofiles`);
  const { items } = (await response.json()) as { readonly items: readonly { readonly spec: { edges: object[] } }[] };
  return items.reduce((sum, { spec }) => sum + spec.edges.length, 0);
}

interface OnePart {
  readonly partOctets: number;
  readonly edgesOfPart: number;
  /** In the periods that were measured. */
  readonly writesAMinute: readonly number[];
}

/** Calculated: thirty parts a node, each as large and written as often as those that were measured. */
function extrapolate({ partOctets, edgesOfPart, writesAMinute }: OnePart): void {
  const head = ["nodes", "objects", "stored, MiB", "writes a second, first hour", "settled", "KiB a second, settled"];
  console.log(line([...head, "a first question, MiB", "of that held"]));
  console.log(line(Array.from({ length: head.length + 2 }, () => "---")));
  for (const size of SIZES) {
    const parts = size * PARTS_PER_NODE;
    const [first = 0, settled = 0] = [writesAMinute[0], writesAMinute.at(-1)].map(
      (writes = 0) => (writes * parts) / 60,
    );
    const stored = (parts * partOctets) / MIB;
    const share = Math.min(1, MAX_HELD_EDGES / (parts * (1 + edgesOfPart)));
    const cells = [size, parts, stored, first].map((value) => Math.round(value).toLocaleString("en"));
    const bytes = ((settled * partOctets) / 1024).toFixed(0);
    console.log(line([...cells, settled.toFixed(1), bytes, stored.toFixed(0), `${Math.round(share * 100)} %`]));
  }
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
