import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { AgentProcess, freePort } from "../../test/chaos/agent-process.ts";
import { cpuSeconds, peakMebibytes, residentMebibytes } from "../process-cost.ts";
import { NodeFeed } from "./node-feed.ts";
import type { SpedUp } from "./sped-up.ts";

export interface MemberOptions {
  /** Whose agent it is; undefined for one that sees all nodes. */
  readonly node: string | undefined;
  /** A short name, for a Unix socket's has 107 octets at most. */
  readonly folder: string;
  readonly kubeconfig: string;
  readonly clock: SpedUp;
}

/** Three seconds and a half of its own, and time for the machine. */
const DURABLE_MS = 6_000;
const LEAST_MS = 2_000;
const AWAY_MS = 1_000;

/** After so long, what an agent was told has its names and is on disk. */
export function durableMs({ speed }: SpedUp): number {
  return Math.max(LEAST_MS, DURABLE_MS / speed);
}

/** An agent's process, and what plays its capture. */
export class Member {
  readonly node: string | undefined;
  readonly agent: AgentProcess;
  readonly feed: NodeFeed;
  readonly #clock: SpedUp;
  /** Of processes that were killed. */
  #formerCpuSeconds = 0;
  #isRunning = true;

  private constructor({ node, clock }: MemberOptions, agent: AgentProcess, feed: NodeFeed) {
    this.node = node;
    this.agent = agent;
    this.feed = feed;
    this.#clock = clock;
  }

  /** Started, and ready. */
  static async start(options: MemberOptions): Promise<Member> {
    const { node, folder, kubeconfig, clock } = options;
    mkdirSync(folder);
    const socket = join(folder, "s");
    const feed = await NodeFeed.listen(socket, clock);
    const cluster = [
      "--kubeconfig",
      kubeconfig,
      "--log-level",
      "warn",
      ...(node === undefined ? [] : ["--node", node]),
    ];
    const dataDir = join(folder, "data");
    const agent = new AgentProcess({ cluster, socket, dataDir, port: await freePort(), env: clock.env });
    agent.start();
    await agent.ready();
    return new Member(options, agent, feed);
  }

  /** By kill -9, and started again; milliseconds until it was ready. What comes meanwhile, and just before, is told then. */
  async killAndStart(): Promise<number> {
    this.feed.hold();
    await pause(durableMs(this.#clock));
    await this.kill();
    await pause(AWAY_MS);
    this.agent.start();
    this.#isRunning = true;
    const readyMs = await this.agent.ready();
    this.feed.release();
    return readyMs;
  }

  /** For good. */
  async kill(): Promise<void> {
    this.#formerCpuSeconds = this.cpuSeconds;
    this.#isRunning = false;
    await this.agent.kill();
  }

  async end(): Promise<void> {
    if (this.#isRunning) await this.agent.kill();
    this.feed.close();
  }

  /** Of all its processes so far. */
  get cpuSeconds(): number {
    return this.#formerCpuSeconds + (this.#isRunning ? cpuSeconds(this.agent.pid) : 0);
  }

  /** Undefined while it does not run. */
  get memory(): { readonly resident: number; readonly peak: number } | undefined {
    if (!this.#isRunning) return undefined;
    const { pid } = this.agent;
    return { resident: residentMebibytes(pid), peak: peakMebibytes(pid) };
  }
}
