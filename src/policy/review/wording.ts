import type { Edge } from "../../profile/edge.ts";
import type { Warning } from "./review-shape.ts";

export function warn(severity: Warning["severity"], code: string, message: string): Warning {
  return { severity, code, message };
}

/** `1 edge`, `2 edges` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Rounded up: a bound stays one. */
export function percent(share: number): string {
  return `${Math.ceil(share * 1000) / 10} %`;
}

/** How likely something new is; a bound that says nothing is said in words. */
export function chanceText(chanceOfNew: number): string {
  if (chanceOfNew >= 1) return "too few connections to say how likely new ones are";
  return `the next connection is a new one with a chance of up to ${percent(chanceOfNew)}`;
}

/** `egress to 203.0.113.9 (api.example.com) on TCP 443` */
export function edgeText(edge: Pick<Edge, "direction" | "peer" | "protocol" | "port">): string {
  const { direction, peer, protocol, port } = edge;
  const who = peer.type === "workload" ? `${peer.namespace}/${peer.name}` : peer.ip;
  const names = peer.type === "external" ? (peer.names ?? []).slice(0, 3).join(", ") : "";
  const named = names === "" ? who : `${who} (${names})`;
  return `${direction} ${direction === "egress" ? "to" : "from"} ${named} on ${protocol} ${port}`;
}
