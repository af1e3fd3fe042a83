/**
 * What weir costs the API server: requests and bytes of one agent's start, bytes of each event that it watches, and
 * its memory. `node bench/api-cost.ts [NODES...]`, with thirty pods a node and a service for each ten pods; the API
 * server is the tests' own, in this process. Prints the rows of docs/scale.md.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ApiServer } from "../test/api-server/api-server.ts";
import { largeCluster } from "../test/api-server/large-cluster.ts";
import { podObject } from "../test/api-server/large-pod.ts";
import { peakMebibytes, residentMebibytes } from "./process-cost.ts";

const PODS_PER_NODE = 30;
const PODS_PER_SERVICE = 10;
const EVENTS = 500;
const LIMIT_MS = 240_000;
const MIB = 1024 * 1024;

interface Cost {
  readonly nodes: number;
  readonly requests: number;
  readonly listedBytes: number;
  /** Only the pods of one node. */
  readonly ownPodsBytes: number;
  readonly eventBytes: number;
  readonly residentMib: number;
  readonly peakMib: number;
}

const sizes = process.argv.slice(2).map(Number);
for (const nodes of sizes.length === 0 ? [10, 100, 1_000, 5_000] : sizes) console.log(row(await measure(nodes)));

async function measure(nodes: number): Promise<Cost> {
  const pods = nodes * PODS_PER_NODE;
  const server = await new ApiServer().start();
  for (const object of largeCluster({ nodes, pods, services: pods / PODS_PER_SERVICE })) server.put(object);
  const folder = mkdtempSync(join(tmpdir(), "weir-cost-"));
  const capture = createServer().listen(join(folder, "capture.sock"));
  writeFileSync(join(folder, "kubeconfig"), server.kubeconfig());
  const { agent, listen } = await startAgent(folder);
  try {
    await untilReady(listen, `"${pods} pods known`);
    // What was read is let go by then, and the watches are open.
    await sleep(3_000);
    const start = server.counts.total();
    const eventBytes = await bytesOfEvents(server, nodes);
    const pid = agent.pid ?? 0;
    const memory = { residentMib: residentMebibytes(pid), peakMib: peakMebibytes(pid) };
    const own = await answerOf(server, `/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-00000`);
    const listed = { requests: start.requests, listedBytes: start.bytes, ownPodsBytes: own.length };
    return { nodes, ...listed, eventBytes, ...memory };
  } finally {
    agent.kill();
    await once(agent, "exit");
    capture.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Pods change one by one, each with a new version; the mean of what goes over the wire for one. */
async function bytesOfEvents(server: ApiServer, nodes: number): Promise<number> {
  const before = server.counts.total().bytes;
  for (let place = 0; place < EVENTS; place += 1) server.put(podObject(place % (nodes * PODS_PER_NODE), nodes));
  await sleep(2_000);
  return (server.counts.total().bytes - before) / EVENTS;
}

async function answerOf(server: ApiServer, path: string): Promise<Buffer> {
  const response = await fetch(server.url + path, { headers: { "accept-encoding": "identity" } });
  return Buffer.from(await response.arrayBuffer());
}

async function startAgent(folder: string): Promise<{ agent: ReturnType<typeof spawn>; listen: number }> {
  const listen = await freePort();
  const args = ["--kubeconfig", join(folder, "kubeconfig"), "--capture", `unix:${join(folder, "capture.sock")}`];
  const own = ["--data-dir", folder, "--listen", `127.0.0.1:${listen}`];
  const weir = fileURLToPath(new URL("../bin/weir", import.meta.url));
  return { agent: spawn(weir, ["agent", ...args, ...own], { stdio: ["ignore", "ignore", "inherit"] }), listen };
}

async function untilReady(listen: number, wanted: string): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (performance.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${listen}/readyz`).then(
      (response) => response.text(),
      () => "",
    );
    if (answer.includes(wanted)) return;
    await sleep(100);
  }
  throw new Error("the agent did not get to know the cluster in time");
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  return port;
}

function row(cost: Cost): string {
  const cells = [
    cost.nodes.toLocaleString("en"),
    (cost.nodes * PODS_PER_NODE).toLocaleString("en"),
    String(cost.requests),
    (cost.listedBytes / MIB).toFixed(1),
    (cost.ownPodsBytes / 1024).toFixed(0),
    (cost.eventBytes / 1024).toFixed(1),
    cost.residentMib.toFixed(0),
    cost.peakMib.toFixed(0),
  ];
  return `| ${cells.join(" | ")} |`;
}
