import type { Resolution } from "../cluster/flow.ts";
import { rfc3339 } from "../flow/rfc3339.ts";
import type { ByteCount, Connection, Outcome, TransportProtocol } from "../flow/connection.ts";
import { type Direction, type Edge, edgeKey, type ExternalPeer, type Peer } from "./edge.ts";

/** Pods, nodes and names that an edge keeps of each; more say nothing new. */
export const MAX_WITNESSES = 16;

/** Connections within so long of the first of them are one occasion: a burst tells no more than one of its connections. */
const OCCASION_US = 60_000_000;

/** What makes an edge the edge it is. */
export interface EdgeIdentity {
  readonly direction: Direction;
  readonly peer: Peer;
  readonly protocol: TransportProtocol;
  readonly port: number;
}

/** Who on the workload's own side showed it. */
export interface Witness {
  readonly pod: string;
  readonly node: string | undefined;
  readonly resolution: Resolution;
  /** Names whose answer led this pod to an external peer. */
  readonly names: readonly string[];
  /** Names that this pod itself gave it. */
  readonly claimedNames: readonly string[];
}

/** An edge while it grows. */
export class EdgeRecord {
  readonly key: string;
  readonly #identity: EdgeIdentity;
  #connections = 0;
  #occasions = 0;
  #occasionUs = Number.NEGATIVE_INFINITY;
  #bytes: ByteCount | null = null;
  readonly #outcomes: Partial<Record<Outcome, number>> = {};
  #firstSeenUs = Number.POSITIVE_INFINITY;
  #lastSeenUs = 0;
  readonly #pods = new Set<string>();
  readonly #nodes = new Set<string>();
  readonly #names = new Set<string>();
  readonly #claimedNames = new Set<string>();
  #resolution: Resolution = "endpoints";

  constructor(identity: EdgeIdentity) {
    this.#identity = identity;
    this.key = edgeKey(identity);
  }

  get connections(): number {
    return this.#connections;
  }

  /** One more connection of this edge. */
  count(connection: Connection, witness: Witness): void {
    this.#connections += 1;
    this.#countOccasion(connection.startUs);
    this.#outcomes[connection.outcome] = (this.#outcomes[connection.outcome] ?? 0) + 1;
    this.#firstSeenUs = Math.min(this.#firstSeenUs, connection.startUs);
    this.#lastSeenUs = Math.max(this.#lastSeenUs, connection.endUs);
    addBounded(this.#pods, witness.pod);
    if (witness.node !== undefined) addBounded(this.#nodes, witness.node);
    for (const name of witness.names) addBounded(this.#names, name);
    for (const name of witness.claimedNames) addBounded(this.#claimedNames, name);
    if (witness.resolution === "address") this.#resolution = "address";
  }

  /** What comes late, out of order, is no occasion of its own: rather one too few. */
  #countOccasion(startUs: number): void {
    if (startUs < this.#occasionUs + OCCASION_US) return;
    this.#occasions += 1;
    this.#occasionUs = startUs;
  }

  /** What a connection that was counted before turned out to have carried. */
  addBytes(connection: Connection): void {
    this.#lastSeenUs = Math.max(this.#lastSeenUs, connection.endUs);
    const { bytes } = connection;
    if (bytes === null) return;
    const before = this.#bytes ?? { toServer: 0, toClient: 0, exact: true };
    this.#bytes = {
      toServer: before.toServer + bytes.toServer,
      toClient: before.toClient + bytes.toClient,
      exact: before.exact && bytes.exact,
    };
  }

  toEdge(): Edge {
    const { direction, peer, protocol, port } = this.#identity;
    return {
      direction,
      peer: peer.type === "external" ? this.#withNames(peer) : peer,
      protocol,
      port,
      connections: this.#connections,
      occasions: this.#occasions,
      bytes: this.#bytes,
      outcomes: { ...this.#outcomes },
      firstSeen: rfc3339(this.#firstSeenUs),
      lastSeen: rfc3339(this.#lastSeenUs),
      pods: [...this.#pods].sort(),
      nodes: [...this.#nodes].sort(),
      resolution: this.#resolution,
    };
  }

  #withNames({ type, ip }: ExternalPeer): ExternalPeer {
    const names = [...this.#names.union(this.#claimedNames)].sort();
    const claimedNames = [...this.#claimedNames.difference(this.#names)].sort();
    return {
      type,
      ip,
      ...(names.length === 0 ? {} : { names }),
      ...(claimedNames.length === 0 ? {} : { claimedNames }),
    };
  }

  /** The edge as the store kept it, ready to grow on. */
  static restore(edge: Edge): EdgeRecord {
    const { names = [], claimedNames = [] } = edge.peer.type === "external" ? edge.peer : {};
    const record = new EdgeRecord(edge);
    record.#connections = edge.connections;
    record.#occasions = occasionsOf(edge);
    record.#occasionUs = Date.parse(edge.lastSeen) * 1000;
    record.#bytes = edge.bytes;
    Object.assign(record.#outcomes, edge.outcomes);
    record.#firstSeenUs = Date.parse(edge.firstSeen) * 1000;
    record.#lastSeenUs = Date.parse(edge.lastSeen) * 1000;
    for (const pod of edge.pods) record.#pods.add(pod);
    for (const node of edge.nodes) record.#nodes.add(node);
    for (const name of names) if (!claimedNames.includes(name)) record.#names.add(name);
    for (const name of claimedNames) record.#claimedNames.add(name);
    record.#resolution = edge.resolution;
    return record;
  }
}

/** Of an edge that does not tell: no more than its connections, and than there is time for. */
export function occasionsOf({ occasions, connections, firstSeen, lastSeen }: Edge): number {
  const spanUs = (Date.parse(lastSeen) - Date.parse(firstSeen)) * 1000;
  return occasions ?? Math.min(connections, 1 + Math.floor(spanUs / OCCASION_US));
}

function addBounded(set: Set<string>, value: string): void {
  if (set.size < MAX_WITNESSES) set.add(value);
}
