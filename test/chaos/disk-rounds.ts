/** What a disk can do to an agent: each fault is made, learning must go on, and when it is over all must be kept. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "../demo/eventually.ts";
import { Random } from "../random.ts";
import { AgentProcess, freePort } from "./agent-process.ts";
import { FedAgent, type Tally } from "./fed-agent.ts";
import { SmallDisk } from "./small-disk.ts";

export interface DiskResult extends Tally {
  readonly tries: number;
}

type Trial = (fed: FedAgent, disk: SmallDisk, tally: Tally) => Promise<void>;

/** Small enough to be full after some seconds of load. */
const SMALL = "700k";

/** `wholeMs` counts from the moment when the disk is well again. */
export async function diskRounds(trial: Trial, tries: number, seed: number): Promise<DiskResult> {
  const result = { tries, checked: 0, faults: [] as string[], wholeMs: [] as number[] };
  for (let n = 0; n < tries; n++) {
    const folder = mkdtempSync(join(tmpdir(), "weir-chaos-"));
    mkdirSync(join(folder, "data"));
    const disk = await SmallDisk.mount(join(folder, "data"), trial === fullDisk ? SMALL : "64m");
    const fed = await FedAgent.begin({ folder, random: new Random(seed + n), within: disk.within });
    try {
      fed.agent.start();
      await fed.agent.ready();
      await trial(fed, disk, result);
      await checkAfterKill(fed, result);
    } finally {
      await fed.end();
      await disk.close();
      rmSync(folder, { recursive: true });
    }
  }
  return result;
}

export const fullDisk: Trial = async (fed, disk, tally) => {
  await saysFault(fed, /full|ENOSPC/u);
  await learnsOn(fed);
  disk.remount("size=64m");
  await isWellAgain(fed, tally);
};

export const deafDisk: Trial = async (fed, _disk, tally) => {
  const limit = (octets: string): void =>
    void execFileSync("prlimit", ["--pid", String(fed.agent.pid), `--fsize=${octets}:unlimited`]);
  limit("0");
  await saysFault(fed, /./u);
  await learnsOn(fed);
  limit("unlimited");
  await isWellAgain(fed, tally);
};

export const readOnlyDisk: Trial = async (fed, disk, tally) => {
  await showAll(fed);
  await fed.agent.kill();
  disk.remount("ro");
  fed.feeder.isPaused = true;
  fed.agent.start();
  await eventually("it answers", () => fed.graph());
  await fed.check({ ...tally, wholeMs: [] });
  fed.feeder.isPaused = false;
  await saysFault(fed, /read-only/u);
  await learnsOn(fed);
  disk.remount("rw");
  await isWellAgain(fed, tally);
};

export const takenAway: Trial = async (fed, disk, tally) => {
  disk.run(["sh", "-c", `rm -r ${fed.dataDir}/*`]);
  const startMs = performance.now();
  await eventually("there is a store", async () => isTrue(() => disk.run(["test", "-e", `${fed.dataDir}/weir.db`])));
  tally.wholeMs.push(performance.now() - startMs);
};

/** A second agent on the folder of the first, and two that begin at once where there is no store yet. */
export async function secondAgents(tries: number, seed: number): Promise<DiskResult> {
  const result = { tries: 2 * tries, checked: 0, faults: [] as string[], wholeMs: [] as number[] };
  for (let n = 0; n < tries; n++) {
    const folder = mkdtempSync(join(tmpdir(), "weir-chaos-"));
    const fed = await FedAgent.begin({ folder, random: new Random(seed + n) });
    try {
      await twoAtOnce(folder, result);
      fed.agent.start();
      await fed.agent.ready();
      await oneMore(await anAgent(folder, fed.dataDir), result);
      if ((await fed.agent.get("/readyz")) === undefined) result.faults.push("the first agent was hindered");
      await checkAfterKill(fed, result);
    } finally {
      await fed.end();
      rmSync(folder, { recursive: true });
    }
  }
  return result;
}

async function twoAtOnce(folder: string, tally: Tally): Promise<void> {
  const both = await Promise.all([anAgent(folder, join(folder, "two")), anAgent(folder, join(folder, "two"))]);
  for (const agent of both) agent.start();
  const refused = await Promise.race(both.map((agent) => agent.closed().then(() => agent)));
  checkRefusal(refused, tally);
  const other = both.find((agent) => agent !== refused)!;
  await eventually("the other lives", () => other.text("/livez"));
  await other.kill();
}

async function oneMore(agent: AgentProcess, tally: Tally): Promise<void> {
  const startMs = performance.now();
  agent.start();
  await agent.closed();
  tally.wholeMs.push(performance.now() - startMs);
  checkRefusal(agent, tally);
}

function checkRefusal({ status, said }: AgentProcess, tally: Tally): void {
  const isOneLine = /^weir: [^\n]*weir\.db: another weir uses it\n$/u.test(said);
  if (status !== 2 || !isOneLine) tally.faults.push(`a second agent ended with ${status}: ${said}`);
}

async function anAgent(folder: string, dataDir: string): Promise<AgentProcess> {
  const socket = join(folder, "nobody.sock");
  const cluster = ["--cluster", join(folder, "cluster.yaml")];
  return new AgentProcess({ cluster, dataDir, socket, port: await freePort() });
}

/** What it has shown last must be there after kill -9. */
async function checkAfterKill(fed: FedAgent, tally: Tally): Promise<void> {
  await showAll(fed);
  await fed.agent.kill();
  const { checked } = tally;
  const counted = { checked, faults: tally.faults, wholeMs: [] };
  await fed.startAndCheck(counted);
  tally.checked = counted.checked;
}

async function showAll(fed: FedAgent): Promise<void> {
  await pause(300);
  const graph = await fed.graph();
  if (graph === undefined) throw new Error("no answer");
  fed.truth.shown(graph);
}

async function saysFault(fed: FedAgent, pattern: RegExp): Promise<void> {
  await eventually("the store's fault is said", async () => {
    const { conditions } = JSON.parse((await fed.agent.text("/readyz")) ?? '{"conditions":[]}') as Health;
    const store = conditions.find(({ name }) => name === "store");
    return store?.ok === false && pattern.test(store.detail) ? true : undefined;
  });
}

interface Health {
  readonly conditions: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

/** More edges than before, while nothing can be kept. */
async function learnsOn(fed: FedAgent): Promise<void> {
  const before = (await fed.graph())?.edges.length ?? 0;
  await eventually("it learns on", async () => {
    const now = (await fed.graph())?.edges.length ?? 0;
    return now > before + 20 ? true : undefined;
  });
}

async function isWellAgain(fed: FedAgent, tally: Tally): Promise<void> {
  const startMs = performance.now();
  await eventually("all is well again", () => fed.agent.get("/readyz"));
  tally.wholeMs.push(performance.now() - startMs);
}

function isTrue(work: () => unknown): true | undefined {
  try {
    work();
    return true;
  } catch {
    return undefined;
  }
}
