/**
 * Many nodes' agents from the book on, in this process and in simulated time, with the tests' own API server: what
 * they publish, what that costs, and one observer of everything beside them. Captures, and the pauses between two
 * requests, are left out; when what is written is decided by the same clock as the traffic.
 */
import { type ApiConnection } from "../../src/cluster/api/connect-api.ts";
import type { Write } from "../../src/cluster/api/write-objects.ts";
import { writeObjects } from "../../src/cluster/api/write-objects.ts";
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import { rootField } from "../../src/cluster/object/field.ts";
import { parseObjects } from "../../src/cluster/object/parse-object.ts";
import type { KubernetesObject } from "../../src/cluster/objects.ts";
import type { Connection } from "../../src/flow/connection.ts";
import { ClusterProfiles } from "../../src/profile/part/cluster-profiles.ts";
import { PartAuthor } from "../../src/profile/part/part-author.ts";
import { PartPublisher } from "../../src/profile/part/part-publisher.ts";
import { ProfileBook } from "../../src/profile/profile-book.ts";
import { largeCluster } from "../api-server/large-cluster.ts";
import { nodeName } from "../api-server/large-pod.ts";
import { SimulatedTraffic } from "./simulated-traffic.ts";

export interface SimulationOptions {
  readonly nodes: number;
  readonly pods: number;
  readonly connection: ApiConnection;
  readonly signal: AbortSignal;
}

/** What crossed to the API server, in requests and in octets of their bodies. */
export interface Sent {
  readonly requests: number;
  readonly octets: number;
  readonly largest: number;
}

interface SimulatedAgent {
  readonly node: string;
  readonly book: ProfileBook;
  readonly publisher: PartPublisher;
}

const MINUTE_MS = 60_000;
const START_MS = Date.parse("2026-06-01T00:00:00Z");
/** How often the publisher is asked, as writeObjects does each second: coarser, for nothing is that quick here. */
const STEP_MS = 10_000;

export class SimulatedCluster {
  readonly cluster = new ClusterState();
  /** Sees every connection once, and has no node. */
  readonly observer = new ProfileBook();
  readonly #options: SimulationOptions;
  readonly #agents: readonly SimulatedAgent[];
  readonly #byNode: ReadonlyMap<string, SimulatedAgent>;
  readonly #traffic: SimulatedTraffic;
  #nowMs = START_MS;
  #sent: Sent = { requests: 0, octets: 0, largest: 0 };

  constructor(options: SimulationOptions) {
    const { nodes, pods } = options;
    this.#options = options;
    this.#traffic = new SimulatedTraffic(pods);
    this.cluster.replace(objectsOf(nodes, pods), START_MS * 1000);
    this.#agents = Array.from({ length: nodes }, (_, place) => this.#makeAgent(nodeName(place)));
    this.#byNode = new Map(this.#agents.map((agent) => [agent.node, agent]));
  }

  /** Since this was asked last. */
  takeSent(): Sent {
    const sent = this.#sent;
    this.#sent = { requests: 0, octets: 0, largest: 0 };
    return sent;
  }

  /** So many minutes, in each of which each pod opens `rate` connections; a step of ten seconds at least. */
  async pass(minutes: number, rate: number): Promise<void> {
    const steps = Math.max(1, (minutes * MINUTE_MS) / STEP_MS);
    for (let step = 0; step < steps; step += 1) {
      const span = { fromMs: this.#nowMs, lengthMs: STEP_MS };
      for (const connection of this.#traffic.connections((rate * STEP_MS) / MINUTE_MS, span)) this.#see(connection);
      for (const agent of this.#agents) await this.#publish(agent, step);
      this.#nowMs += STEP_MS;
    }
  }

  /** The profiles that the first node's agent answers with; to be ended by the signal. */
  answers(): ClusterProfiles {
    const { node, book, publisher } = this.#agents[0]!;
    const { connection, signal } = this.#options;
    const ownPart = publisher.ownPart.bind(publisher);
    return new ClusterProfiles({
      connection,
      signal,
      author: new PartAuthor(node, storeOf(node)),
      book,
      ownPart,
      onFault: (fault) => {
        if (fault !== undefined) throw new Error(fault);
      },
    });
  }

  #makeAgent(node: string): SimulatedAgent {
    const book = new ProfileBook(node);
    const nowMs = (): number => this.#nowMs;
    const publisher = new PartPublisher({
      author: new PartAuthor(node, storeOf(node)),
      book,
      nowMs,
      cluster: this.cluster,
    });
    publisher.begin([]);
    return { node, book, publisher };
  }

  /** On the nodes of both its ends, as their agents would, and by the one that sees everything. */
  #see(connection: Connection): void {
    const flow = this.cluster.identifyConnection(connection);
    this.observer.addClosed(flow);
    const ends = [flow.client, ...flow.servers].map(({ identity }) => identity);
    const nodes = ends.flatMap((end) => (end.kind === "pod" && end.node !== undefined ? [end.node] : []));
    for (const node of new Set(nodes)) this.#byNode.get(node)?.book.addClosed(flow);
  }

  async #publish({ book, publisher }: SimulatedAgent, step: number): Promise<void> {
    publisher.note(book.takeChanged());
    if (step % (MINUTE_MS / STEP_MS) === 0) publisher.notePresent();
    for (let write = publisher.next(); write !== undefined; write = publisher.next()) await this.#write(write);
  }

  /** By the program's own writer, which is told to end after one. */
  async #write(write: Write): Promise<void> {
    const octets = Buffer.byteLength(JSON.stringify(write.object));
    const { requests, octets: before, largest } = this.#sent;
    this.#sent = { requests: requests + 1, octets: before + octets, largest: Math.max(largest, octets) };
    const one = new AbortController();
    const end = (): void => one.abort();
    const once: Write = {
      ...write,
      onDone: () => [write.onDone(), end()],
      onRefused: (reason) => {
        throw new Error(reason);
      },
    };
    const { connection } = this.#options;
    await writeObjects({ connection, manager: "weir", next: () => once, onFault: () => undefined }, one.signal);
  }
}

function storeOf(node: string): string {
  return `store-of-${node}`;
}

function objectsOf(nodes: number, pods: number): readonly KubernetesObject[] {
  return [...largeCluster({ nodes, pods, services: 0 })].flatMap((object) => parseObjects(rootField(object)));
}
