import { MAX_WITNESSES, occasionsOf } from "../edge-record.ts";
import { type Edge, edgeKey, type ExternalPeer, type Peer } from "../edge.ts";

/**
 * Edges that several observers counted, each its own connections, as one observer of all would have counted them.
 * The order in which they come makes no difference. Of `occasions` it is the most that one of them had: connections
 * of two nodes in the same minute are one occasion, and nothing tells which were; rather one too few.
 */
export function mergeEdges(edges: Iterable<Edge>): readonly Edge[] {
  const byKey = new Map<string, [Edge, ...Edge[]]>();
  for (const edge of edges) {
    const key = edgeKey(edge);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [edge]);
    else known.push(edge);
  }
  return Array.from(byKey.values(), mergeAll);
}

/** Not two by two: lists of names are put together and sorted once for all nodes, which is most of what an answer costs. */
function mergeAll(edges: readonly [Edge, ...Edge[]]): Edge {
  const [first, ...others] = edges;
  if (others.length === 0) return first;
  const isAnyOpen = edges.some(({ open }) => open !== undefined);
  return {
    direction: first.direction,
    peer: edges.map(({ peer }) => peer).reduce(mergePeers),
    protocol: first.protocol,
    port: first.port,
    connections: edges.reduce((sum, { connections }) => sum + connections, 0),
    occasions: edges.reduce((most, edge) => Math.max(most, occasionsOf(edge)), 0),
    ...(isAnyOpen && { open: edges.reduce((sum, { open = 0 }) => sum + open, 0) }),
    bytes: edges.map(({ bytes }) => bytes).reduce(mergeBytes),
    outcomes: sumOutcomes(edges),
    firstSeen: edges.reduce(
      (earliest, { firstSeen }) => (firstSeen < earliest ? firstSeen : earliest),
      first.firstSeen,
    ),
    lastSeen: edges.reduce((latest, { lastSeen }) => (lastSeen > latest ? lastSeen : latest), first.lastSeen),
    pods: boundedUnion(edges.map(({ pods }) => pods)),
    nodes: boundedUnion(edges.map(({ nodes }) => nodes)),
    resolution: edges.some(({ resolution }) => resolution === "address") ? "address" : edges.at(-1)!.resolution,
  };
}

/** Of one key: what differs is what was known of the peer. Where two say two things, the one first by the alphabet. */
function mergePeers(a: Peer, b: Peer): Peer {
  if (a.type === "external" && b.type === "external") return mergeNames(a, b);
  if (a.type === "host" && b.type === "host") return a.name === undefined || (b.name ?? a.name) < a.name ? b : a;
  if (a.type === "unresolved" && b.type === "unresolved") return b.reason < a.reason ? b : a;
  return a;
}

/** A name that an answer led to for one of them is not only claimed. */
function mergeNames(a: ExternalPeer, b: ExternalPeer): ExternalPeer {
  const answered = boundedUnion([answeredOf(a), answeredOf(b)]);
  const claimed = boundedUnion([a.claimedNames ?? [], b.claimedNames ?? []]).filter((name) => !answered.includes(name));
  const names = [...answered, ...claimed].sort();
  return {
    type: a.type,
    ip: a.ip,
    ...(names.length > 0 && { names }),
    ...(claimed.length > 0 && { claimedNames: claimed }),
  };
}

function answeredOf({ names = [], claimedNames = [] }: ExternalPeer): readonly string[] {
  return names.filter((name) => !claimedNames.includes(name));
}

function mergeBytes(a: Edge["bytes"], b: Edge["bytes"]): Edge["bytes"] {
  if (a === null || b === null) return a ?? b;
  return {
    toServer: a.toServer + b.toServer,
    toClient: a.toClient + b.toClient,
    exact: a.exact && b.exact,
  };
}

function sumOutcomes(edges: readonly Edge[]): Edge["outcomes"] {
  const sum: Record<string, number> = {};
  for (const { outcomes } of edges)
    for (const [outcome, count] of Object.entries(outcomes)) sum[outcome] = (sum[outcome] ?? 0) + count;
  return sum;
}

/** The first by the alphabet, so that it is the same in whatever order lists come together. */
function boundedUnion(lists: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = lists;
  if (others.every((list) => isSame(first, list))) return first;
  const all = new Set(first);
  for (const list of others) for (const value of list) all.add(value);
  return [...all].sort().slice(0, MAX_WITNESSES);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}
