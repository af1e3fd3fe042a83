/** The agents of several nodes, without their captures: books, stores, and what they exchange through one API server. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import type { Test } from "tap";
import { type ApiConnection, connectApi } from "../../src/cluster/api/connect-api.ts";
import type { ClusterState } from "../../src/cluster/cluster-state.ts";
import type { Connection } from "../../src/flow/connection.ts";
import type { DecisionBook } from "../../src/profile/decision-book.ts";
import { keepProfiles } from "../../src/profile/keep-profiles.ts";
import { type ExchangePaces, PartExchange } from "../../src/profile/part/part-exchange.ts";
import type { ProfileBook } from "../../src/profile/profile-book.ts";
import type { ProfileSaver } from "../../src/profile/profile-saver.ts";
import type { ProfileStore } from "../../src/profile/profile-store.ts";
import { ApiServer, type ApiServerOptions } from "../api-server/api-server.ts";
import { networkProfileDefinition } from "../daemonset/manifests.ts";
import { eventually } from "../demo/eventually.ts";

/** Tests have no minutes to wait. */
export const quick: ExchangePaces = {
  parts: { gatherMs: 0, newEdgesMs: 0, countsFirstMs: 3_600_000, countsMostMs: 3_600_000, refusedMs: 50 },
  reads: { idleMs: 600_000, patienceMs: 5_000 },
  writes: { lookMs: 5, gapMs: 0, firstMs: 10, mostMs: 50 },
  pauses: { firstMs: 10, mostMs: 50, missedMs: 50, silentMs: 60_000 },
  roundMs: 3_600_000,
};

export async function apiServer(t: Test, options: ApiServerOptions = {}): Promise<ApiServer> {
  const server = await new ApiServer([networkProfileDefinition], options).start();
  t.teardown(() => server.stop());
  return server;
}

export interface AgentOptions {
  readonly folder: string;
  readonly cluster: ClusterState;
  readonly connection: ApiConnection;
  readonly paces?: Partial<ExchangePaces>;
  readonly nowMs?: () => number;
}

/** One node's agent: what is captured is handed to `see`. */
export class Agent {
  readonly node: string;
  /** Where its store lies. */
  readonly folder: string;
  readonly book: ProfileBook;
  readonly decisions: DecisionBook;
  readonly saver: ProfileSaver;
  readonly exchange: PartExchange;
  readonly log: { readonly msg: string }[] = [];
  readonly store: ProfileStore;
  readonly #cluster: ClusterState;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(node: string, { folder, cluster, connection, paces = {}, nowMs = Date.now }: AgentOptions) {
    this.node = node;
    this.folder = folder;
    this.#cluster = cluster;
    const kept = keepProfiles({ dataDir: folder, node, listener: () => this.exchange });
    this.book = kept.book;
    this.decisions = kept.decisions;
    this.store = kept.store;
    this.saver = kept.saver;
    this.exchange = new PartExchange({
      connection,
      node,
      cluster,
      nowMs,
      book: this.book,
      saver: this.saver,
      decisions: this.decisions,
      observer: this.store.observer,
      signal: this.#stop.signal,
      logger: pino({ level: "info" }, { write: (line) => this.log.push(JSON.parse(line) as { msg: string }) }),
      paces: { ...quick, ...paces },
    });
  }

  get observer(): string {
    return this.store.observer;
  }

  start(): this {
    this.#running = this.exchange.run();
    return this;
  }

  see(...connections: readonly Connection[]): this {
    for (const connection of connections) this.book.addClosed(this.#cluster.identifyConnection(connection));
    this.saver.save(Date.now());
    return this;
  }

  /** As `weir agent` ends, but for the goodbye. */
  async stop(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    await this.#running;
    this.store.close();
  }
}

export function settled(...agents: readonly Agent[]): Promise<true> {
  return eventually("everything is written", async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return agents.every(({ exchange }) => exchange.waiting === 0) ? true : undefined;
  });
}

export interface AgentsOptions {
  readonly cluster: ClusterState;
  readonly server: ApiServer;
  readonly paces?: Partial<ExchangePaces>;
  readonly nowMs?: () => number;
}

/** Makes agents, each with a folder of its own node, and ends them with the test. */
export async function makeAgents(t: Test, { server, ...options }: AgentsOptions): Promise<(node: string) => Agent> {
  const folder = t.testdir();
  const connection = await connect(folder, server);
  return (node) => {
    mkdirSync(join(folder, node), { recursive: true });
    const agent = new Agent(node, { ...options, connection, folder: join(folder, node) });
    t.teardown(() => agent.stop());
    return agent;
  };
}

export async function connect(folder: string, server: ApiServer): Promise<ApiConnection> {
  const path = join(folder, "kubeconfig");
  writeFileSync(path, server.kubeconfig());
  return connectApi({ kind: "kubeconfig", path });
}
