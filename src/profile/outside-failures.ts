import type { EdgeIdentity } from "./edge-record.ts";
import type { Peer } from "./edge.ts";

/** Sources told one by one, with their ports, of each workload; and ports, of all others together. */
export const MAX_SOURCES = 64;
export const MAX_PORTS = 64;

/**
 * A failed attempt to reach a workload from an address that nobody in the cluster has. Such a source may be forged, and a
 * flood of forged ones has as many as it likes: past a number of them they are told together, by port, and past a number
 * of ports all together.
 */
export function isOutsideFailure({ direction, peer }: EdgeIdentity): boolean {
  return direction === "ingress" && (peer.type === "external" || peer.type === "unresolved");
}

/** Whether it stands for all sources that are not told one by one. */
export function isOfTheRest({ peer }: EdgeIdentity): boolean {
  return peer.type !== "workload" && peer.ip.includes("/");
}

/** The same attempt, as one of all sources that are not told one by one; at this port, or 0 for any. */
export function ofTheRest({ direction, peer, protocol }: EdgeIdentity, port: number): EdgeIdentity {
  return { direction, peer: everybodyLike(peer), protocol, port };
}

function everybodyLike(peer: Peer): Peer {
  if (peer.type === "workload" || peer.type === "host") return peer;
  const ip = peer.ip.includes(":") ? "::/0" : "0.0.0.0/0";
  if (peer.type === "external") return { type: "external", ip };
  return { type: "unresolved", ip, reason: "failed attempts from more addresses than are told apart" };
}
