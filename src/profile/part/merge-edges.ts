import { MAX_WITNESSES, occasionsOf } from "../edge-record.ts";
import { type Edge, edgeKey, type ExternalPeer, type Peer } from "../edge.ts";

/**
 * Edges that several observers counted, each its own connections, as one observer of all would have counted them.
 * The order in which they come makes no difference. Of `occasions` it is the most that one of them had: connections
 * of two nodes in the same minute are one occasion, and nothing tells which were; rather one too few.
 */
export function mergeEdges(edges: Iterable<Edge>): readonly Edge[] {
  const byKey = new Map<string, Edge>();
  for (const edge of edges) {
    const key = edgeKey(edge);
    const known = byKey.get(key);
    byKey.set(key, known === undefined ? edge : mergeTwo(known, edge));
  }
  return [...byKey.values()];
}

function mergeTwo(a: Edge, b: Edge): Edge {
  return {
    direction: a.direction,
    peer: mergePeers(a.peer, b.peer),
    protocol: a.protocol,
    port: a.port,
    connections: a.connections + b.connections,
    occasions: Math.max(occasionsOf(a), occasionsOf(b)),
    ...(a.open === undefined && b.open === undefined ? {} : { open: (a.open ?? 0) + (b.open ?? 0) }),
    bytes: mergeBytes(a.bytes, b.bytes),
    outcomes: mergeOutcomes(a.outcomes, b.outcomes),
    firstSeen: a.firstSeen < b.firstSeen ? a.firstSeen : b.firstSeen,
    lastSeen: a.lastSeen > b.lastSeen ? a.lastSeen : b.lastSeen,
    pods: boundedUnion(a.pods, b.pods),
    nodes: boundedUnion(a.nodes, b.nodes),
    resolution: a.resolution === "address" ? a.resolution : b.resolution,
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
  const answered = boundedUnion(answeredOf(a), answeredOf(b));
  const claimed = boundedUnion(a.claimedNames ?? [], b.claimedNames ?? []).filter((name) => !answered.includes(name));
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

function mergeOutcomes(a: Edge["outcomes"], b: Edge["outcomes"]): Edge["outcomes"] {
  const sum: Record<string, number> = { ...a };
  for (const [outcome, count] of Object.entries(b)) sum[outcome] = (sum[outcome] ?? 0) + count;
  return sum;
}

/** The first by the alphabet, so that it is the same in whatever order lists come together. */
function boundedUnion(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.length === b.length && a.every((value, at) => value === b[at])) return a;
  return [...new Set([...a, ...b])].sort().slice(0, MAX_WITNESSES);
}
