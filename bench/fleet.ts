/**
 * Twenty `weir agent` processes of twenty nodes: `node bench/fleet.ts [--nodes 20] [--pods 600] [--speed 120]`. What any
 * of them answers over HTTP must be what one agent that is told everything has, also after one was killed, and a node
 * drained and removed; what they ask of the API server is counted, and what they take of the machine. Their clocks run
 * faster, so that thirteen hours pass in seven minutes; with `--speed 1` all is shorter, and counts, which are told
 * slowly, are not compared. Prints the tables of docs/cluster-wide.md; status 1 where something is not as it must be.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { nodeLabel } from "../src/profile/part/part-name.ts";
import { Fleet } from "./fleet/fleet.ts";
import { PhaseTable } from "./fleet/phase-table.ts";
import { compareAll, connectionsOf } from "./fleet/same-answers.ts";

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "20" },
    pods: { type: "string", default: "600" },
    speed: { type: "string", default: "120" },
  },
});
const [nodes, pods, speed] = [Number(values.nodes), Number(values.pods), Number(values.speed)];
/** Connections that a pod opens in a minute. */
const RATE = 2;
/** Minutes of the agents' clocks. Counts are told after four hours at most. */
const MINUTES =
  speed === 1
    ? { learning: 2, killing: 1, drained: 0.5, rest: 1.5, quiet: 1 }
    : { learning: 60, killing: 180, drained: 240, rest: 241, quiet: 60 };

const faults: string[] = [];
const folder = mkdtempSync(join(tmpdir(), "weir-fleet-"));
const fleet = await Fleet.start({ nodes, pods, speed, folder });
try {
  await run();
} finally {
  await fleet.stop();
  rmSync(folder, { recursive: true });
}
for (const fault of faults.slice(0, 20)) console.error(`fleet: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function run(): Promise<void> {
  const [killed, removed] = [fleet.members[1]!, fleet.members.at(-1)!];
  const table = new PhaseTable(fleet);
  const { learning, killing, drained, rest, quiet } = MINUTES;
  await table.pass({ name: `${learning} min, learning`, minutes: learning, rate: RATE });
  const meanwhile = pause((killing / 3 / speed) * 60_000).then(() => killed.killAndStart());
  await table.pass({ name: `${killing} more, an agent killed`, minutes: killing, rate: RATE, meanwhile });
  const writes = fleet.members.map(({ node }) => writesOf(node!));
  fleet.drain(removed);
  await table.pass({ name: `${drained} more, a node drained`, minutes: drained, rate: RATE });
  await table.pass({ name: `${rest} more without traffic`, minutes: rest, rate: 0 });
  await fleet.remove(removed);
  const needless = await table.pass({ name: `${quiet} more, the node removed`, minutes: quiet, rate: 0 });
  if (needless > 0) faults.push(`${needless} parts were written though nothing new was seen`);
  const [ofKilled, most] = [writes[1], Math.max(...writes.toSpliced(1, 1))];
  console.log(`\nthe killed agent was ready again after ${Math.round(await meanwhile)} ms;`);
  console.log(`it wrote ${ofKilled} parts in those ${killing} minutes, and of the others none more than ${most}`);
  await compare();
}

function writesOf(node: string): number {
  const manager = `fieldManager=weir-${nodeLabel(node)}&`;
  return fleet.api.counts.seen.filter(({ method, url }) => method === "PATCH" && url.includes(manager)).length;
}

async function compare(): Promise<void> {
  const isSettled = speed !== 1;
  fleet.api.counts.reset();
  const { one, asked, faults: differing } = await compareAll(fleet, isSettled);
  faults.push(...differing);
  const { requests, bytes } = fleet.api.counts.total();
  const what = isSettled ? "edges, counts, times and policies" : "edges and policies";
  console.log(`${asked} agents asked: ${differing.length} differ from the one that was told everything (${what})`);
  const edges = one.profiles.reduce((sum, { ingress, egress }) => sum + ingress.length + egress.length, 0);
  const learned = connectionsOf(one);
  console.log(`${edges} edges of ${one.profiles.length} workloads, ${learned} of ${fleet.made} connections`);
  if (learned !== fleet.made) faults.push(`${fleet.made} connections were made, and ${learned} learned`);
  const [each, mebibytes] = [requests / asked, bytes / asked / 1024 ** 2];
  console.log(`a first question costs ${each.toFixed(1)} requests and ${mebibytes.toFixed(2)} MiB`);
}
