/**
 * Fifty people and tools that ask an agent, each once a second, eight of whom follow its flows, over TLS and with tokens
 * that an API server is asked about, while its capture sees 2,000 connections a second: `node bench/users.ts [SECONDS]`,
 * thirty if not said. The cluster has twenty nodes and 600 pods, and the parts of all of them; so every answer is merged.
 * Half of the users keep their connection, the others make one for each question. Prints how long answers took, by
 * endpoint, and what capture lost meanwhile: the tables of docs/performance.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { replay, startCluster } from "./measure.ts";
import { inNamespace, LISTENER, LISTENER_ADDRESS, LISTENING, makePlace, type Place, SENDER, SENDING } from "./place.ts";
import { commandOf, cpuSeconds, family, peakMebibytes } from "./process-cost.ts";
import { PACKETS_OF_CONNECTION, writeShortConnections } from "./traffic/short-connections.ts";
import type { Asked } from "./users/ask-as-users.ts";
import { latencyTable, p99 } from "./users/latency-table.ts";
import { pairOf } from "./users/pod-connections.ts";
import { endpoints } from "./users/questions.ts";
import { OWN_NODE, users } from "./users/users.ts";

const seconds = Number(process.argv.find((word) => /^\d+$/u.test(word)) ?? 30);
const PER_SECOND = 2_000;
const AIM_MS = 100;
/** So often each question is asked when nothing else goes on. */
const ALONE_TIMES = 20;
const GIVE_UP_MS = 60_000;
/** weir keeps an ended connection for two seconds before it tells of it, and waits three for its names. */
const TOLD_MS = 8_000;

const folder = mkdtempSync(join(tmpdir(), "weir-users-"));
const weir = fileURLToPath(new URL("../bin/weir", import.meta.url));
const asking = fileURLToPath(new URL("users/ask-as-users.ts", import.meta.url));
const inTurn = fileURLToPath(new URL("users/ask-in-turn.ts", import.meta.url));
const certificate = join(folder, "data", "tls.crt");
const place = await makePlace();
try {
  await run();
} finally {
  await place.close();
  rmSync(folder, { recursive: true });
}

async function run(): Promise<void> {
  const file = join(folder, "connections.pcap");
  const packets = writeShortConnections(file, { connections: PER_SECOND * seconds, perSecond: PER_SECOND, pairOf });
  for (const { address } of users)
    await place.sandbox.run(["ip", "-n", SENDER, "address", "add", `${address}/24`, "dev", SENDING]);
  await startCluster(place, join(folder, "kubeconfig"), "users/users-cluster.ts");
  const pids = await startAgent(place);
  const alone = await costs(place, pids[0]!);
  const before = pids.map(cpuSeconds);
  const traffic = {
    name: "",
    file,
    loops: 1,
    packets,
    packetsPerSecond: PER_SECOND * PACKETS_OF_CONNECTION,
    isPatient: true,
  };
  const [asked] = await Promise.all([askAll(place), replay(place, traffic)]);
  const cpu = pids.map((pid, index) => (cpuSeconds(pid) - before[index]!).toFixed(1));
  const peak = pids.map((pid) => peakMebibytes(pid).toFixed(0));
  await pause(TOLD_MS);
  const metrics = await ask(place, "/metrics", users[0]!.token);
  print(asked, metrics, alone);
  console.log(`agent and capture: ${cpu.join(" + ")} CPU s in ${seconds} s, peak ${peak.join(" + ")} MiB`);
}

/** Ids of the agent's and its capture's process, when the agent is ready and has gathered the parts. */
async function startAgent({ sandbox }: Place): Promise<readonly number[]> {
  const from = ["--interface", LISTENING, "--kubeconfig", join(folder, "kubeconfig"), "--node", OWN_NODE];
  const to = ["--listen", ":9447", "--auth", "kubernetes", "--data-dir", join(folder, "data"), "--log-level", "warn"];
  const argv = inNamespace(LISTENER, [weir, "agent", ...from, ...to]);
  const child = sandbox.start(argv, { stdio: ["ignore", "ignore", "inherit"] });
  child.once("close", (code, signal) => console.log(`the agent has ended: ${code ?? signal}`));
  for (let waitedMs = 0; ; waitedMs += 200) {
    if ((await ask(place, "/readyz", users[0]!.token)).startsWith('{"status":"ok"')) break;
    if (waitedMs > GIVE_UP_MS) throw new Error("the agent is not ready");
    await pause(200);
  }
  await ask(place, "/api/v1/profiles", users[0]!.token);
  return family(child.pid!).filter((pid) => /main\.ts (?:agent|capture)/u.test(commandOf(pid)));
}

async function ask({ sandbox }: Place, path: string, token: string): Promise<string> {
  const trust = ["--cacert", certificate, "--resolve", `${OWN_NODE}:9447:${LISTENER_ADDRESS}`, "--noproxy", "*"];
  const argv = ["curl", "-s", ...trust, "-H", `authorization: Bearer ${token}`, `https://${OWN_NODE}:9447${path}`];
  return (await sandbox.run(inNamespace(SENDER, argv))).stdout;
}

async function askAll({ sandbox }: Place): Promise<Asked> {
  const argv = [process.execPath, asking, LISTENER_ADDRESS, certificate, String(seconds)];
  const child = sandbox.start(inNamespace(SENDER, argv), { stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(await text(child.stdout!)) as Asked;
}

/** CPU of one answer, milliseconds, by endpoint: that does not depend on what else the machine does. */
async function costs({ sandbox }: Place, agent: number): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const endpoint of endpoints) {
    const before = cpuSeconds(agent);
    const argv = [process.execPath, inTurn, LISTENER_ADDRESS, certificate, endpoint, String(ALONE_TIMES)];
    const { code, stderr } = await sandbox.run(inNamespace(SENDER, argv));
    if (code !== 0) throw new Error(stderr);
    found.set(endpoint, ((cpuSeconds(agent) - before) * 1000) / ALONE_TIMES);
  }
  return found;
}

function print(asked: Asked, metrics: string, alone: ReadonlyMap<string, number>): void {
  const { tookMs, refused, streams, connections } = asked;
  const count = (name: string): number => Number(new RegExp(`^weir_${name} (\\d+)`, "mu").exec(metrics)?.[1]);
  console.log(latencyTable(tookMs, alone));
  const { followers, lines, lost, ended } = streams;
  console.log(`${followers} streams: ${lines} lines, ${lost} lost, ${ended} ended`);
  const made = PER_SECOND * seconds;
  console.log(
    `${made} connections in the traffic and up to ${connections} of the users: ${count("connections_total")} told`,
  );
  console.log(
    `packets dropped: ${count("capture_dropped_packets_total")}; sampled out: ${count("capture_sampled_out_packets_total")}`,
  );
  for (const [what, times] of Object.entries(refused)) console.log(`not answered, ${times} times: ${what}`);
  const ms = p99(tookMs);
  console.log(
    `99 % of all answers within ${ms.toFixed(0)} ms: ${ms < AIM_MS ? "as" : "NOT as"} aimed at, ${AIM_MS} ms`,
  );
}
