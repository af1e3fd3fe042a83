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
import { nodeName, podAddress, PODS_PER_WORKLOAD } from "../api-server/large-pod.ts";
import { Random } from "../random.ts";

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

/** Each workload talks to so many others, and to so many addresses outside; some of them seldom. */
const PEERS = 4;
const OUTSIDE = 3;
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
  readonly #random = new Random(7);
  #nowMs = START_MS;
  #ids = 0;
  #sent: Sent = { requests: 0, octets: 0, largest: 0 };

  constructor(options: SimulationOptions) {
    const { nodes, pods } = options;
    this.#options = options;
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
      this.#traffic((rate * STEP_MS) / MINUTE_MS);
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

  #traffic(perPod: number): void {
    const { pods } = this.#options;
    for (let pod = 0; pod < pods; pod += 1) {
      const count = Math.floor(perPod + this.#random.next());
      for (let one = 0; one < count; one += 1) this.#see(this.#connectionOf(pod));
    }
  }

  /** On the nodes of both its ends, as their agents would, and by the one that sees everything. */
  #see(connection: Connection): void {
    const flow = this.cluster.identifyConnection(connection);
    this.observer.addClosed(flow);
    const ends = [flow.client, ...flow.servers].map(({ identity }) => identity);
    const nodes = ends.flatMap((end) => (end.kind === "pod" && end.node !== undefined ? [end.node] : []));
    for (const node of new Set(nodes)) this.#byNode.get(node)?.book.addClosed(flow);
  }

  /** The further down its list a peer is, the more seldom it is asked: by halves. */
  #connectionOf(pod: number): Connection {
    const { pods } = this.#options;
    const workload = Math.floor(pod / PODS_PER_WORKLOAD);
    const rank = Math.min(PEERS + OUTSIDE - 1, Math.floor(-Math.log2(1 - this.#random.next())));
    const peer = (workload * 7 + rank * 3 + 1) % Math.ceil(pods / PODS_PER_WORKLOAD);
    const inside = podAddress(Math.min(pods - 1, peer * PODS_PER_WORKLOAD + this.#random.below(PODS_PER_WORKLOAD)));
    const server = rank < PEERS ? inside : `203.0.113.${(workload * OUTSIDE + rank) % 256}`;
    const startUs = (this.#nowMs + this.#random.below(STEP_MS)) * 1000;
    return {
      id: String(this.#ids++),
      protocol: "TCP",
      client: { ip: podAddress(pod), port: 40_000 },
      server: { ip: server, port: rank < PEERS ? 8080 : 443 },
      outcome: "established",
      bytes: { toServer: 1_000, toClient: 10_000, exact: true },
      startUs,
      endUs: startUs + 1_000,
      nat: [],
    };
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
