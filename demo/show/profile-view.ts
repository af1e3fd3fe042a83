import type { Edge, Peer } from "../../src/profile/edge.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { table } from "./terminal.ts";

/** An item of GET /api/v1/profiles: lists are counted. */
export interface ProfileSummary extends Pick<Profile, "workload" | "observed" | "learned"> {
  readonly pods: number;
  readonly ingress: number;
  readonly egress: number;
  readonly failed: number;
}

export function summaryTable(profiles: readonly ProfileSummary[]): string {
  const rows = profiles.map(({ workload, pods, observed, learned, ...counts }) => [
    `${workload.namespace}/${workload.kind}/${workload.name}`,
    String(pods),
    String(observed.connections),
    String(counts.ingress),
    String(counts.egress),
    String(counts.failed),
    `${learned.word}, ${chanceOfNew(learned.chanceOfNew)}`,
  ]);
  return table([["WORKLOAD", "PODS", "CONNECTIONS", "IN", "OUT", "FAILED", "LEARNED"], ...rows]);
}

function chanceOfNew(atMost: number): string {
  if (atMost >= 1) return "too few connections to tell";
  return `chance of something new at most ${Math.ceil(atMost * 100)} %`;
}

export function edgeTable({ ingress, egress, failed }: Pick<Profile, "ingress" | "egress" | "failed">): string {
  return table([
    ["", "PEER", "PORT", "CONNECTIONS", "BYTES TO / FROM SERVER"],
    ...ingress.map((edge) => row(edge, "in")),
    ...egress.map((edge) => row(edge, "out")),
    ...failed.map((edge) => row(edge, `failed ${edge.direction === "ingress" ? "in" : "out"}`)),
  ]);
}

function row(edge: Edge, group: string): readonly string[] {
  const port = `${edge.protocol} ${edge.port}`;
  return [group, describeEdge(edge), port, String(edge.connections), describeBytes(edge)];
}

/** `from shop/jclient`, `to 203.0.113.10 (api.payments.example)`. */
export function describeEdge({ direction, peer }: Pick<Edge, "direction" | "peer">): string {
  return `${direction === "ingress" ? "from" : "to"} ${describePeer(peer)}`;
}

function describePeer(peer: Peer): string {
  switch (peer.type) {
    case "workload":
      return `${peer.namespace}/${peer.kind}/${peer.name}`;
    case "host":
      return `${peer.ip} (node ${peer.name ?? ""})`;
    case "external":
      return `${peer.ip} (outside${peer.names === undefined ? "" : `, ${peer.names.join(", ")}`})`;
    case "unresolved":
      return `${peer.ip} (${peer.reason})`;
  }
}

function describeBytes({ bytes }: Edge): string {
  return bytes === null ? "still open" : `${bytes.exact ? "" : "at least "}${bytes.toServer} / ${bytes.toClient}`;
}
