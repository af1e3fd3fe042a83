/**
 * Kills of the agent and of its capture on a node of network namespaces, while a client in one pod connects to a server
 * in another through a veth each, without end. Now and then the kill comes in the midst of a flood of forged SYNs.
 */
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { FloodLab } from "../../bench/flood/flood-lab.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { eventually } from "../demo/eventually.ts";
import { Random } from "../random.ts";

/** So often the client connects. */
const CONNECT_MS = 50;
const FLOOD_SECONDS = 3;
/** How long a capture lives at most, so that it has time to learn. */
const MAX_LIFE_MS = 5_000;
/** When so long nothing more was learned after the last connection, all is. */
const SETTLED_MS = 5_000;

export interface LiveResult {
  readonly agentKills: number;
  readonly captureKills: number;
  readonly faults: readonly string[];
  /** From a kill of capture until another is heard. */
  readonly backMs: readonly number[];
  /** From a kill of the agent until its capture is gone. */
  readonly goneMs: readonly number[];
  /** Connections that the client made, and that the profile has. */
  readonly made: number;
  readonly learned: number;
  /** What weir itself says of its losses. */
  readonly said: NonNullable<Profile["observed"]["losses"]> | null;
}

export interface LiveOptions {
  readonly kills: number;
  readonly seed: number;
  /** Whether each kill comes in the midst of forged SYNs at all speed. */
  readonly isFlooded: boolean;
}

export async function liveRounds({ kills, seed, isFlooded }: LiveOptions): Promise<LiveResult> {
  const lab = await FloodLab.start({ synCookies: 1 });
  try {
    return await new LiveRounds(lab, new Random(seed)).run(kills, isFlooded);
  } finally {
    await lab.stop();
  }
}

class LiveRounds {
  readonly #lab: FloodLab;
  readonly #random: Random;
  readonly #faults: string[] = [];
  readonly #backMs: number[] = [];
  readonly #goneMs: number[] = [];

  constructor(lab: FloodLab, random: Random) {
    this.#lab = lab;
    this.#random = random;
  }

  async run(kills: number, isFlooded: boolean): Promise<LiveResult> {
    const heard = new Heard(this.#lab.run("node", asker));
    await this.#ready();
    const client = new Client(this.#lab.run("client", connecter));
    for (let kill = 0; kill < kills; kill++) {
      const flood = isFlooded ? this.#lab.flood(81, FLOOD_SECONDS) : undefined;
      await pause(this.#random.between(0, isFlooded ? FLOOD_SECONDS * 500 : MAX_LIFE_MS));
      await (kill % 2 === 0 ? this.#killCapture(heard) : this.#killAgent());
      await flood;
    }
    client.stop();
    const learned = await this.#settled();
    const { observed } = await this.#lab.profile();
    this.#judge(client.made, learned, observed);
    const counts = { agentKills: this.#goneMs.length, captureKills: this.#backMs.length };
    const times = { backMs: this.#backMs, goneMs: this.#goneMs };
    return { ...counts, ...times, faults: this.#faults, made: client.made, learned, said: observed.losses };
  }

  /** Connections of the server's profile, when no more come. */
  async #settled(): Promise<number> {
    let [last, sinceMs] = [-1, performance.now()];
    while (performance.now() - sinceMs < SETTLED_MS) {
      const now = connectionsOf(await this.#lab.profile());
      if (now !== last) [last, sinceMs] = [now, performance.now()];
      await pause(250);
    }
    return last;
  }

  /** What is lost must be said: connections come so often, one less for each so long a time. */
  #judge(made: number, learned: number, { dropped, losses }: Profile["observed"]): void {
    if (learned > made) this.#faults.push(`counted twice: ${learned} connections of ${made}`);
    const { restarts = 0, unwatchedSeconds = 0, sampledOut = 0, overflowed = 0, evicted = 0 } = losses ?? {};
    const kills = this.#goneMs.length + this.#backMs.length;
    if (restarts < kills) this.#faults.push(`not said: ${restarts} restarts of ${kills}`);
    const lostSeconds = ((made - learned) * CONNECT_MS) / 1000;
    const isMore = lostSeconds > unwatchedSeconds + 1 && (dropped ?? 0) + sampledOut + overflowed + evicted === 0;
    if (isMore) this.#faults.push(`not said: ${lostSeconds} s are lost, of which ${unwatchedSeconds} s are said`);
  }

  async #killCapture(heard: Heard): Promise<void> {
    await eventually("capture runs", async () => this.#lab.pid("capture"));
    const restarts = heard.restarts;
    const startMs = Date.now();
    await this.#lab.kill("capture");
    const backMs = await eventually("capture is heard again", async () =>
      heard.isWell && heard.restarts > restarts ? heard.wellMs : undefined,
    );
    this.#backMs.push(backMs - startMs);
  }

  async #killAgent(): Promise<void> {
    const shown = connectionsOf(await this.#lab.profile());
    const startMs = performance.now();
    await this.#lab.kill("agent");
    await eventually("capture is gone", async () => (this.#lab.pid("capture") === undefined ? true : undefined));
    this.#goneMs.push(performance.now() - startMs);
    this.#lab.startAgent();
    await this.#ready();
    const after = connectionsOf(await this.#lab.profile());
    if (after < shown) this.#faults.push(`lost: ${after} connections of ${shown} that were shown`);
  }

  #ready(): Promise<string> {
    return eventually("the agent is ready", () => this.#lab.get("/readyz"));
  }
}

function connectionsOf({ ingress }: Profile): number {
  return ingress.reduce((sum, { connections }) => sum + connections, 0);
}

/** Asks the agent how it is, as often as it answers, and says so in lines. */
const asker = `
  const ask = async () => {
    const answer = await fetch("http://127.0.0.1:9447/readyz").then((a) => a.json()).catch(() => ({ status: "gone", conditions: [] }));
    const detail = answer.conditions.find(({ name }) => name === "capture")?.detail ?? "";
    console.log(JSON.stringify({ atMs: Date.now(), isWell: answer.status === "ok", restarts: Number(/restarted (\\d+) times/.exec(detail)?.[1] ?? 0) }));
    setTimeout(ask, 20);
  };
  ask();`;

class Heard {
  isWell = false;
  /** When it was well, by the last answer. */
  wellMs = 0;
  restarts = 0;

  constructor(process: ChildProcess) {
    createInterface(process.stdout!).on("line", (line) => {
      const { atMs, isWell, restarts } = JSON.parse(line) as { atMs: number; isWell: boolean; restarts: number };
      if (isWell && (!this.isWell || restarts > this.restarts)) this.wellMs = atMs;
      this.isWell = isWell;
      this.restarts = restarts;
    });
  }
}

/** Connects again and again, and says a line for each connection that the server has served. */
const connecter = `
  setInterval(() => {
    const socket = require("net").connect(80, "10.9.0.2");
    socket.on("data", () => console.log("served")).on("error", () => {});
  }, ${CONNECT_MS});`;

class Client {
  made = 0;
  readonly #process: ChildProcess;

  constructor(process: ChildProcess) {
    this.#process = process;
    createInterface(process.stdout!).on("line", () => (this.made += 1));
  }

  stop(): void {
    this.#process.kill();
  }
}
