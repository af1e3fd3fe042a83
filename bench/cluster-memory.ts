/**
 * What a large cluster costs an agent: its resident memory, how long it takes until all is known, and how it
 * answers HTTP meanwhile. `node bench/cluster-memory.ts [PODS]`; the API server is a process of its own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cpuSeconds } from "./process-cost.ts";

const pods = process.argv[2] ?? "100000";
const limitMs = 600_000;
const folder = mkdtempSync(join(tmpdir(), "weir-memory-"));
const socket = join(folder, "capture.sock");

const size = ["--pods", pods, "--nodes", String(Math.ceil(Number(pods) / 30)), "--services", String(Number(pods) / 10)];
const server = spawn(
  process.execPath,
  [path("../test/api-server/main.ts"), ...size, "--kubeconfig", join(folder, "kubeconfig")],
  { stdio: ["ignore", "pipe", "inherit"] },
);
await once(server.stdout, "data");
const listen = await freePort();
// A capture that has nothing to tell.
const capture = createServer().listen(socket);
const agent = spawn(
  path("../bin/weir"),
  [
    "agent",
    "--kubeconfig",
    join(folder, "kubeconfig"),
    "--capture",
    `unix:${socket}`,
    "--data-dir",
    folder,
    "--listen",
    `127.0.0.1:${listen}`,
  ],
  { stdio: ["ignore", "ignore", "inherit"] },
);
try {
  const { syncMs, slowestMs } = await untilSynced(agent);
  const [own, servers] = [agent, server].map(({ pid }) => cpuSeconds(pid ?? 0).toFixed(1));
  await sleep(3_000);
  console.log(
    `${pods} pods known after ${(syncMs / 1000).toFixed(1)} s; slowest answer meanwhile ${Math.round(slowestMs)} ms`,
  );
  console.log(`of a processor: ${own} s, and ${servers} s of the API server with its start`);
  console.log(`resident ${memory(agent, "VmRSS")} MiB, at the peak ${memory(agent, "VmHWM")} MiB`);
} finally {
  agent.kill();
  server.kill();
  capture.close();
  rmSync(folder, { recursive: true });
}

/** From the start of the process until every kind has been read. */
async function untilSynced(process_: ChildProcess): Promise<{ readonly syncMs: number; readonly slowestMs: number }> {
  const began = performance.now();
  let slowestMs = 0;
  while (performance.now() - began < limitMs && process_.exitCode === null) {
    const asked = performance.now();
    const answer = await fetch(`http://127.0.0.1:${listen}/readyz`).then(
      (response) => response.text(),
      () => "",
    );
    if (answer !== "") slowestMs = Math.max(slowestMs, performance.now() - asked);
    if (answer.includes(`"${pods} pods known`)) return { syncMs: performance.now() - began, slowestMs };
    await sleep(20);
  }
  throw new Error("the agent did not get to know the cluster in time");
}

function memory({ pid }: ChildProcess, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(new RegExp(`${field}:\\s*(\\d+)`, "u").exec(status)?.[1]) / 1024);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port: free } = probe.address() as { port: number };
  probe.close();
  return free;
}

function path(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
