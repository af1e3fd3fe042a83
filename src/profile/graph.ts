import { workloadKey } from "../cluster/workload.ts";
import type { TransportProtocol } from "../flow/connection.ts";
import { type Edge, type Peer, peerKey } from "./edge.ts";
import type { Profile } from "./profile.ts";

/** The map: who talks to whom. Node ids are `workload/shop/Deployment/db`, `external/203.0.113.7`, ... */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export type GraphNode = { readonly id: string } & Peer;

export interface GraphEdge {
  readonly source: string;
  readonly target: string;
  readonly protocol: TransportProtocol;
  readonly port: number;
  readonly connections: number;
}

/** A connection stands in two profiles, of its client and of its server: on the map it is one edge, with the larger count. */
export function drawGraph(profiles: readonly Profile[]): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  for (const { workload, ingress, egress } of profiles) {
    const own: Peer = { type: "workload", ...workload };
    nodes.set(peerKey(own), { id: peerKey(own), ...own });
    for (const edge of [...ingress, ...egress]) {
      nodes.set(peerKey(edge.peer), nodes.get(peerKey(edge.peer)) ?? { id: peerKey(edge.peer), ...edge.peer });
      addEdge(edges, edge, `workload/${workloadKey(workload)}`);
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

function addEdge(edges: Map<string, GraphEdge>, edge: Edge, own: string): void {
  const other = peerKey(edge.peer);
  const [source, target] = edge.direction === "egress" ? [own, other] : [other, own];
  const key = `${source}|${target}|${edge.protocol}|${edge.port}`;
  const connections = Math.max(edges.get(key)?.connections ?? 0, edge.connections);
  edges.set(key, { source, target, protocol: edge.protocol, port: edge.port, connections });
}
