import type { Resolution } from "../cluster/flow.ts";
import type { ByteCount, Outcome, TransportProtocol } from "../flow/connection.ts";

/** An outside address. Of its names those in `claimedNames` were only said by the client itself, in TLS: no DNS answer led there. */
export interface ExternalPeer {
  readonly type: "external";
  readonly ip: string;
  readonly names?: readonly string[];
  readonly claimedNames?: readonly string[];
}

export type Direction = "ingress" | "egress";

/** The other side, as a profile names it. */
export type Peer =
  | { readonly type: "workload"; readonly namespace: string; readonly kind: string; readonly name: string }
  | { readonly type: "host"; readonly ip: string; readonly name?: string }
  | ExternalPeer
  | { readonly type: "unresolved"; readonly ip: string; readonly reason: string };

/** Everything of one kind that a workload did: same direction, peer, protocol and server port. */
export interface Edge {
  readonly direction: Direction;
  readonly peer: Peer;
  readonly protocol: TransportProtocol;
  /** Server port as a policy sees it, after DNAT; 0 where it is not known. */
  readonly port: number;
  readonly connections: number;
  /** Times that it came, connections within a minute being one; not told by stores of earlier versions. */
  readonly occasions?: number;
  /** Of the connections those whose end was not seen, if any: they are open, or were when weir last watched. */
  readonly open?: number;
  readonly bytes: ByteCount | null;
  /** Connections by outcome. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** RFC 3339. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** The workload's own pods and nodes that showed it; each list is bounded, see profiles.ts. */
  readonly pods: readonly string[];
  readonly nodes: readonly string[];
  readonly resolution: Resolution;
}

/** One string an edge: `egress|workload/shop/Deployment/db|TCP|5432`. Same for the same edge on every node. */
export function edgeKey(edge: Pick<Edge, "direction" | "peer" | "protocol" | "port">): string {
  return `${edge.direction}|${peerKey(edge.peer)}|${edge.protocol}|${edge.port}`;
}

export function peerKey(peer: Peer): string {
  return peer.type === "workload" ? `workload/${peer.namespace}/${peer.kind}/${peer.name}` : `${peer.type}/${peer.ip}`;
}
