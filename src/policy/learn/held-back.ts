import type { Edge, Peer } from "../../profile/edge.ts";
import { choiceOf, isKept, isNamed } from "./choice.ts";
import type { GeneratorSettings } from "../resolve-options.ts";
import { suspiciousPort } from "./suspicious-port.ts";

/** Why no rule was made for an edge: HTTP shows the code, people read the reason. */
export interface HeldBack {
  readonly code: HeldBackCode;
  readonly reason: string;
}

export type HeldBackCode =
  | "not-established"
  | "unresolved"
  | "unknown-port"
  | "peer-gone"
  | "peer-unselectable"
  | "unnamed-external"
  | "suspicious"
  | "external-off"
  | "excluded"
  | "decided"
  | "too-old"
  | "too-few"
  | "mode";

/** For an edge that no rule can be made for, unless somebody who knows the address has decided to. */
export function unusable(edge: Edge, settings: GeneratorSettings): HeldBack | undefined {
  const { outcomes, peer, port } = edge;
  const isProven = (outcomes.established ?? 0) + (outcomes.inferred ?? 0) > 0 || Object.keys(outcomes).length === 0;
  if (!isProven) return { code: "not-established", reason: "no connection of it was established" };
  if (peer.type === "unresolved" && !isKept(edge, settings))
    return { code: "unresolved", reason: `nobody knows who ${peer.ip} was: ${peer.reason}` };
  if (port === 0) return { code: "unknown-port", reason: "the port behind the Service is not known yet" };
  return undefined;
}

/** For an edge that the caller named or somebody decided against, or that is older than what the caller wants. */
export function excluded(edge: Edge, settings: GeneratorSettings): HeldBack | undefined {
  if (isNamed(edge, settings.leaveOut)) return { code: "excluded", reason: "the options leave it out" };
  if (isKept(edge, settings)) return undefined;
  if (choiceOf(edge, settings).allowed === false) return { code: "decided", reason: "it was decided not to allow it" };
  if (Date.parse(edge.lastSeen) >= settings.sinceMs) return undefined;
  return { code: "too-old", reason: `last seen ${edge.lastSeen}, before the time that the options ask for` };
}

/** For an edge that the defaults or the options do not trust, unless the caller keeps it. */
export function doubted(edge: Edge, settings: GeneratorSettings): HeldBack | undefined {
  if (isKept(edge, settings)) return undefined;
  return switchedOff(edge, settings) ?? strange(edge, settings) ?? tooFew(edge, settings);
}

export function switchedOff(edge: Edge, settings: GeneratorSettings): HeldBack | undefined {
  if (edge.peer.type !== "external" || settings.external.mode !== "none") return undefined;
  return { code: "external-off", reason: "the options leave outside addresses out" };
}

export function isNamedOutside(peer: Peer): boolean {
  if (peer.type !== "external") return false;
  // What the client itself said proves nothing: who lures it to an address can have it say any name.
  return (peer.names ?? []).some((name) => !(peer.claimedNames ?? []).includes(name));
}

/** Clients from outside are not asked: they never come by a name, and the port is the workload's own. */
function strange({ direction, peer, port }: Edge, settings: GeneratorSettings): HeldBack | undefined {
  if (direction === "ingress" || peer.type !== "external") return undefined;
  const suspicion = settings.includeSuspicious ? undefined : suspiciousPort(port);
  if (suspicion !== undefined) return { code: "suspicious", reason: `${suspicion} to an address outside` };
  if (settings.includeUnnamedExternal || isNamedOutside(peer)) return undefined;
  return { code: "unnamed-external", reason: "no DNS answer led to this address" };
}

function tooFew({ connections }: Edge, { leastConnections }: GeneratorSettings): HeldBack | undefined {
  if (connections >= leastConnections) return undefined;
  return { code: "too-few", reason: `${connections} connections, fewer than the ${leastConnections} asked for` };
}
