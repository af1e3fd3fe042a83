import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph } from "../../src/profile/graph.ts";
import type { Random } from "../random.ts";
import { AgentProcess, freePort } from "./agent-process.ts";
import { Feeder } from "./feeder.ts";
import { clusterYaml, type Told, ToldConnections } from "./told-connections.ts";
import { idOf, Truth } from "./truth.ts";

export interface FedAgentOptions {
  /** Where all of it lies; a short name, for a Unix socket's has 107 octets at most. */
  readonly folder: string;
  readonly random: Random;
  readonly env?: Readonly<Record<string, string>>;
  readonly within?: readonly string[];
}

/** What came of checks: edges that had to be there, what was wrong, and milliseconds from each start until all was well. */
export interface Tally {
  checked: number;
  readonly faults: string[];
  readonly wholeMs: number[];
}

/** An agent, the load that it is told, and the truth of it. */
export class FedAgent {
  readonly agent: AgentProcess;
  readonly feeder: Feeder;
  readonly truth: Truth;
  readonly dataDir: string;
  #base = new Map<string, number>();

  private constructor(parts: Pick<FedAgent, "agent" | "feeder" | "truth" | "dataDir">) {
    this.agent = parts.agent;
    this.feeder = parts.feeder;
    this.truth = parts.truth;
    this.dataDir = parts.dataDir;
  }

  static async begin({ folder, random, env = {}, within = [] }: FedAgentOptions): Promise<FedAgent> {
    const [cluster, socket, dataDir] = [
      join(folder, "cluster.yaml"),
      join(folder, "capture.sock"),
      join(folder, "data"),
    ];
    writeFileSync(cluster, clusterYaml);
    const truth = new Truth();
    const feeder = await Feeder.listen(socket, new ToldConnections(random), ({ edge }) => truth.told(edge));
    const agent = new AgentProcess({
      cluster: ["--cluster", cluster],
      socket,
      dataDir,
      port: await freePort(),
      env,
      within,
    });
    return new FedAgent({ agent, feeder, truth, dataDir });
  }

  async end(): Promise<void> {
    await this.agent.kill();
    this.feeder.close();
  }

  /** Starts it: it must answer for all that the truth holds. */
  async startAndCheck(tally: Tally): Promise<void> {
    this.feeder.isPaused = true;
    this.agent.start();
    tally.wholeMs.push(await this.agent.ready());
    await this.check(tally);
    this.feeder.isPaused = false;
  }

  async check(tally: Tally): Promise<void> {
    const graph = await this.graph();
    if (graph === undefined) throw new Error("a ready agent does not answer");
    tally.checked += this.truth.size;
    tally.faults.push(...this.truth.faults(graph, await this.#decisions()));
    this.truth.shown(graph);
    this.#base = new Map(graph.edges.map((edge) => [idOf(edge), edge.connections]));
  }

  graph(): Promise<Graph | undefined> {
    return this.agent.get<Graph>("/api/v1/graph");
  }

  /** The agent has had time to write what it was told since the last check. */
  mustHave(told: readonly Told[]): void {
    const counts = new Map<string, number>();
    for (const { edge } of told) counts.set(edge, (counts.get(edge) ?? 0) + 1);
    for (const [edge, count] of counts) this.truth.mustHave(edge, (this.#base.get(edge) ?? 0) + count);
  }

  async #decisions(): Promise<ReadonlyMap<string, string>> {
    const answer = await this.agent.get<{ decisions: readonly { workload: { name: string }; decisions: unknown }[] }>(
      "/api/v1/decisions",
    );
    return new Map(
      answer?.decisions.map(({ workload, decisions }) => [`lab/pod/${workload.name}`, JSON.stringify(decisions)]),
    );
  }
}
