/**
 * Kills of the agent while connections are told to it on a Unix socket: whole processes, a real store, and a load that
 * is as high at every moment, so that a kill meets saves, answers and starts alike.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Graph } from "../../src/profile/graph.ts";
import { Random } from "../random.ts";
import { AgentProcess, freePort } from "./agent-process.ts";
import { Feeder } from "./feeder.ts";
import { clusterYaml, podPaths, type Told, ToldConnections } from "./told-connections.ts";
import { idOf, Truth } from "./truth.ts";

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

export async function fedRounds({ kills, seed, env = {} }: FedOptions): Promise<FedResult> {
  const result = { kills: 0, checked: 0, faults: [] as string[], wholeMs: [] as number[] };
  const random = new Random(seed);
  while (result.kills < kills) {
    const place = mkdtempSync(join(tmpdir(), "weir-chaos-")); // short: a Unix socket's name has 107 octets
    const rounds = await FedRounds.begin(place, random, env);
    const until = Math.min(kills, result.kills + KILLS_A_FOLDER);
    try {
      for (; result.kills < until; result.kills++) await rounds.round(result);
      await rounds.check(result);
    } finally {
      await rounds.end();
      rmSync(place, { recursive: true });
    }
  }
  return result;
}

type Tally = { checked: number; readonly faults: string[]; readonly wholeMs: number[] };

class FedRounds {
  readonly #agent: AgentProcess;
  readonly #feeder: Feeder;
  readonly #random: Random;
  readonly #truth: Truth;
  #base = new Map<string, number>();

  private constructor(agent: AgentProcess, feeder: Feeder, parts: { readonly random: Random; readonly truth: Truth }) {
    this.#agent = agent;
    this.#feeder = feeder;
    this.#random = parts.random;
    this.#truth = parts.truth;
  }

  static async begin(folder: string, random: Random, env: Readonly<Record<string, string>>): Promise<FedRounds> {
    const [cluster, socket] = [join(folder, "cluster.yaml"), join(folder, "capture.sock")];
    writeFileSync(cluster, clusterYaml);
    const truth = new Truth();
    const feeder = await Feeder.listen(socket, new ToldConnections(random), ({ edge }) => truth.told(edge));
    const place = { cluster, socket, dataDir: join(folder, "data"), port: await freePort(), env };
    return new FedRounds(new AgentProcess(place), feeder, { random, truth });
  }

  /** Starts it, has it show and do things, and kills it at a moment that chance picks. */
  async round(tally: Tally): Promise<void> {
    const moment = this.#random.one<Moment>(["starting", "shown", "shown", "aged"])!;
    if (moment === "starting") {
      this.#agent.start();
      await pause(this.#random.between(0, 700));
    } else {
      await this.check(tally);
      const forMs = this.#random.between(0, 900);
      await (moment === "aged" ? this.#watchAge(forMs / 3) : this.#show(forMs));
    }
    await this.#agent.kill();
  }

  /** A restarted agent must answer for all that the truth holds. */
  async check(tally: Tally): Promise<void> {
    this.#feeder.isPaused = true;
    this.#agent.start();
    tally.wholeMs.push(await this.#agent.ready());
    const graph = await this.#agent.get<Graph>("/api/v1/graph");
    if (graph === undefined) throw new Error("a ready agent does not answer");
    tally.checked += this.#truth.size;
    tally.faults.push(...this.#truth.faults(graph, await this.#decisions()));
    this.#truth.shown(graph);
    this.#base = new Map(graph.edges.map((edge) => [idOf(edge), edge.connections]));
    this.#feeder.isPaused = false;
  }

  async end(): Promise<void> {
    await this.#agent.kill();
    this.#feeder.close();
  }

  /** Asks for all edges, decides and forgets, for so long. */
  async #show(forMs: number): Promise<void> {
    const untilMs = performance.now() + forMs;
    const ask = async (): Promise<void> => {
      while (performance.now() < untilMs) {
        const graph = await this.#agent.get<Graph>("/api/v1/graph");
        if (graph !== undefined) this.#truth.shown(graph);
        await pause(this.#random.between(0, 60));
        await (this.#random.next() < 0.3 ? this.#forget() : this.#decide());
      }
    };
    // Whatever is on its way at the end is on its way when the kill comes.
    await Promise.race([ask(), pause(forMs)]);
  }

  async #forget(): Promise<void> {
    const once = this.#feeder.told.filter(({ isNew }) => isNew);
    const told = this.#random.one(once.slice(0, once.length - 50));
    if (told === undefined) return;
    const [source, target, ...rest] = told.edge.split("|") as [string, string, string, string];
    const path = source.replace("workload/lab/Pod/", "/api/v1/profiles/lab/pod/");
    this.#truth.forgotten(told.edge, undefined);
    const id = encodeURIComponent(["egress", target, ...rest].join("|"));
    this.#truth.forgotten(told.edge, await this.#agent.send("DELETE", `${path}?edge=${id}`));
  }

  async #decide(): Promise<void> {
    const path = this.#random.one(podPaths)!;
    const cidr = `203.0.${this.#random.below(256)}.0/24`;
    const document = { addresses: [{ id: `external/${cidr.replace("/24", "")}`, cidr }] };
    this.#truth.decided(path, JSON.stringify(document), undefined);
    const isDone = await this.#agent.send("PUT", `/api/v1/decisions/${path}`, document);
    if (isDone !== undefined) this.#truth.decided(path, JSON.stringify(document), isDone);
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
    if (stillMs < STOOD_STILL_MS) this.#mustHave(told);
  }

  /** What it had taken when it last said so: it takes them in the order in which they are told. */
  async #taken(forMs: number): Promise<readonly Told[]> {
    const untilMs = performance.now() + forMs;
    let taken: readonly Told[] = [];
    while (performance.now() < untilMs) {
      const metrics = (await this.#agent.text("/metrics")) ?? "";
      taken = this.#feeder.told.slice(0, Number(/^weir_connections_total (\d+)/mu.exec(metrics)?.[1] ?? 0));
      await pause(10);
    }
    return taken;
  }

  #mustHave(told: readonly Told[]): void {
    const counts = new Map<string, number>();
    for (const { edge } of told) counts.set(edge, (counts.get(edge) ?? 0) + 1);
    for (const [edge, count] of counts) this.#truth.mustHave(edge, (this.#base.get(edge) ?? 0) + count);
  }

  async #decisions(): Promise<ReadonlyMap<string, string>> {
    const answer = await this.#agent.get<{ decisions: readonly { workload: { name: string }; decisions: unknown }[] }>(
      "/api/v1/decisions",
    );
    return new Map(
      answer?.decisions.map(({ workload, decisions }) => [`lab/pod/${workload.name}`, JSON.stringify(decisions)]),
    );
  }
}
