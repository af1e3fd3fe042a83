/**
 * Kills of the agent while connections are told to it on a Unix socket: whole processes, a real store, and a load that
 * is as high at every moment, so that a kill meets saves, answers and starts alike.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Random } from "../random.ts";
import { FedAgent, type Tally } from "./fed-agent.ts";
import { podPaths, type Told } from "./told-connections.ts";

/** Kills in one folder; then a new one begins, so that the beginning of a store is met too. */
const KILLS_A_FOLDER = 20;
/** What is so old must be on disk. */
const AGED_MS = 1_000;
/** Where this process stood still for so long, the agent may have too: the round is judged by what was shown only. */
const STOOD_STILL_MS = 250;

export interface FedOptions {
  readonly kills: number;
  readonly seed: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Told after every folder: this is the longest part. */
  readonly onKills?: (kills: number) => void;
}

export interface FedResult {
  readonly kills: number;
  /** Edges that had to be there after a kill, over all kills. */
  readonly checked: number;
  readonly faults: readonly string[];
  /** From the start until all is well again, and answered for. */
  readonly wholeMs: readonly number[];
}

type Moment = "starting" | "shown" | "aged";

export async function fedRounds({ kills, seed, env = {}, onKills }: FedOptions): Promise<FedResult> {
  const result = { kills: 0, checked: 0, faults: [] as string[], wholeMs: [] as number[] };
  const random = new Random(seed);
  while (result.kills < kills) {
    const place = mkdtempSync(join(tmpdir(), "weir-chaos-")); // short: a Unix socket's name has 107 octets
    const fed = await FedAgent.begin({ folder: place, random, env });
    const rounds = new FedRounds(fed, random);
    const until = Math.min(kills, result.kills + KILLS_A_FOLDER);
    try {
      for (; result.kills < until; result.kills++) await rounds.round(result);
      await fed.startAndCheck(result);
    } finally {
      await fed.end();
      rmSync(place, { recursive: true });
    }
    onKills?.(result.kills);
  }
  return result;
}

class FedRounds {
  readonly #fed: FedAgent;
  readonly #random: Random;
  #asking: Promise<void> = Promise.resolve();

  constructor(fed: FedAgent, random: Random) {
    this.#fed = fed;
    this.#random = random;
  }

  /** Starts it, has it show and do things, and kills it at a moment that chance picks. */
  async round(tally: Tally): Promise<void> {
    const moment = this.#random.one<Moment>(["starting", "shown", "shown", "aged"])!;
    if (moment === "starting") {
      this.#fed.agent.start();
      await pause(this.#random.between(0, 700));
    } else {
      await this.#fed.startAndCheck(tally);
      const forMs = this.#random.between(0, 900);
      await (moment === "aged" ? this.#watchAge(forMs / 3) : this.#show(forMs));
    }
    await this.#fed.agent.kill();
    await this.#asking;
  }

  /** Asks for all edges, decides and forgets, for so long. */
  async #show(forMs: number): Promise<void> {
    const untilMs = performance.now() + forMs;
    const ask = async (): Promise<void> => {
      while (performance.now() < untilMs) {
        const graph = await this.#fed.graph();
        if (graph !== undefined) this.#fed.truth.shown(graph);
        await pause(this.#random.between(0, 60));
        await (this.#random.next() < 0.3 ? this.#forget() : this.#decide());
      }
    };
    // Whatever is on its way at the end is on its way when the kill comes.
    this.#asking = ask();
    await pause(forMs);
  }

  async #forget(): Promise<void> {
    const once = this.#fed.feeder.told.filter(({ isNew }) => isNew);
    const told = this.#random.one(once.slice(0, once.length - 50));
    if (told === undefined) return;
    const [source, target, ...rest] = told.edge.split("|") as [string, string, string, string];
    const path = source.replace("workload/lab/Pod/", "/api/v1/profiles/lab/pod/");
    this.#fed.truth.forgotten(told.edge, undefined);
    const id = encodeURIComponent(["egress", target, ...rest].join("|"));
    this.#fed.truth.forgotten(told.edge, await this.#fed.agent.send("DELETE", `${path}?edge=${id}`));
  }

  async #decide(): Promise<void> {
    const path = this.#random.one(podPaths)!;
    const cidr = `203.0.${this.#random.below(256)}.0/24`;
    const document = { addresses: [{ id: `external/${cidr.replace("/24", "")}`, cidr }] };
    this.#fed.truth.decided(path, JSON.stringify(document), undefined);
    const isDone = await this.#fed.agent.send("PUT", `/api/v1/decisions/${path}`, document);
    if (isDone !== undefined) this.#fed.truth.decided(path, JSON.stringify(document), isDone);
  }

  /** Sees, without being shown an edge, how many connections the agent has taken, and lets them grow a second old. */
  async #watchAge(forMs: number): Promise<void> {
    const told = await this.#taken(forMs);
    let [lastMs, stillMs] = [performance.now(), 0];
    const untilMs = lastMs + AGED_MS + this.#random.between(0, 300);
    while (performance.now() < untilMs) {
      await pause(10);
      stillMs = Math.max(stillMs, performance.now() - lastMs);
      lastMs = performance.now();
    }
    if (stillMs < STOOD_STILL_MS) this.#fed.mustHave(told);
  }

  /** What it had taken when it last said so: it takes them in the order in which they are told. */
  async #taken(forMs: number): Promise<readonly Told[]> {
    const untilMs = performance.now() + forMs;
    let taken: readonly Told[] = [];
    while (performance.now() < untilMs) {
      const metrics = (await this.#fed.agent.text("/metrics")) ?? "";
      taken = this.#fed.feeder.told.slice(0, Number(/^weir_connections_total (\d+)/mu.exec(metrics)?.[1] ?? 0));
      await pause(10);
    }
    return taken;
  }
}
