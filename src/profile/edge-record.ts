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
  readonly identity: EdgeIdentity;
  #connections = 0;
  /** Of those, whose end was not seen; and of these, which nobody remembers, so that they may come again as connections of unknown beginning. */
  #open = 0;
  #left = 0;
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
    this.identity = identity;
    this.key = edgeKey(identity);
  }

  get connections(): number {
    return this.#connections;
  }

  /** One more connection of this edge, see `end`. */
  count(connection: Connection, witness: Witness): void {
    this.#connections += 1;
    this.#open += 1;
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

  /** It goes on, or did when it was last heard of: it was counted, and nobody remembers it. */
  leave(): void {
    this.#left += 1;
  }

  /** Whether a connection whose beginning was not seen may be one of those; one of them is then remembered again. */
  resume(): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    return true;
  }

  /** A connection that was counted is over. */
  end(): void {
    this.#open = Math.max(0, this.#open - 1);
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
    this.#addCarried(connection.bytes);
  }

  toEdge(): Edge {
    const { direction, peer, protocol, port } = this.identity;
    return {
      direction,
      peer: peer.type === "external" ? this.#withNames(peer) : peer,
      protocol,
      port,
      connections: this.#connections,
      occasions: this.#occasions,
      ...(this.#open === 0 ? {} : { open: this.#open }),
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
    const record = new EdgeRecord(edge);
    record.add(edge);
    return record;
  }

  /** What the store kept of it, seen before or beside what this one has counted. */
  add(edge: Edge): void {
    this.#connections += edge.connections;
    this.#occasions += occasionsOf(edge);
    this.#occasionUs = Math.max(this.#occasionUs, Date.parse(edge.lastSeen) * 1000);
    for (const [outcome, count] of Object.entries(edge.outcomes) as [Outcome, number][])
      this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + count;
    this.#firstSeenUs = Math.min(this.#firstSeenUs, Date.parse(edge.firstSeen) * 1000);
    this.#lastSeenUs = Math.max(this.#lastSeenUs, Date.parse(edge.lastSeen) * 1000);
    this.#open += edge.open ?? 0;
    this.#left += edge.open ?? 0;
    this.#addCarried(edge.bytes);
    this.#addWitnesses(edge);
    if (edge.resolution === "address") this.#resolution = "address";
  }

  #addWitnesses({ peer, pods, nodes }: Edge): void {
    const { names = [], claimedNames = [] } = peer.type === "external" ? peer : {};
    for (const pod of pods) addBounded(this.#pods, pod);
    for (const node of nodes) addBounded(this.#nodes, node);
    for (const name of names) if (!claimedNames.includes(name)) addBounded(this.#names, name);
    for (const name of claimedNames) addBounded(this.#claimedNames, name);
  }

  #addCarried(bytes: ByteCount | null): void {
    if (bytes === null) return;
    const before = this.#bytes ?? { toServer: 0, toClient: 0, exact: true };
    this.#bytes = {
      toServer: before.toServer + bytes.toServer,
      toClient: before.toClient + bytes.toClient,
      exact: before.exact && bytes.exact,
    };
  }
}

/** Of an edge that does not tell: no more than its connections, and than there is time for. */
export function occasionsOf({ occasions, connections, firstSeen, lastSeen }: Edge): number {
  if (occasions !== undefined) return occasions;
  const spanUs = (Date.parse(lastSeen) - Date.parse(firstSeen)) * 1000;
  return Math.min(connections, 1 + Math.floor(spanUs / OCCASION_US));
}

function addBounded(set: Set<string>, value: string): void {
  if (set.size < MAX_WITNESSES) set.add(value);
}
