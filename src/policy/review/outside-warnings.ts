import { addressNumber } from "../../cluster/address/address.ts";
import { addressScope } from "../../cluster/address/address-scope.ts";
import { type Edge, edgeKey } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import { isNamedOutside } from "../learn/held-back.ts";
import { isLateAndOnce, lateAndOnce } from "./odd-edges.ts";
import type { LeftOutEdge, PassedEdge, Warning } from "./review-shape.ts";
import { databasePort, suspiciousPort } from "../learn/suspicious-port.ts";
import { edgeText, warn } from "./wording.ts";

/** What there is to say of peers outside of the cluster: an attack that fell into the learning time is among them. */
export function outsideWarnings(
  profile: Profile,
  passed: readonly PassedEdge[],
  leftOut: readonly LeftOutEdge[],
): readonly Warning[] {
  const ids = new Set(passed.map(({ edge }) => edge.id));
  const outward = profile.egress
    .filter((edge) => edge.peer.type === "external" && ids.has(edgeKey(edge)))
    .toSorted(newestFirst);
  return [
    ...outward.flatMap((edge) => strangePass(edge) ?? []),
    ...outward.filter((edge) => isLateAndOnce(edge, profile)).map(lateAndOnce),
    ...leftOut.flatMap((entry) => heldBackOutside(entry) ?? []),
  ];
}

function newestFirst(a: Edge, b: Edge): number {
  return Date.parse(b.firstSeen) - Date.parse(a.firstSeen);
}

/** A port for attacks or no name only where an option let it through. */
function strangePass(edge: Edge): Warning | undefined {
  const what = `${edgeText(edge)}, first seen ${edge.firstSeen}, passes`;
  const suspicion = suspiciousPort(edge.port);
  if (suspicion !== undefined) return warn("critical", "suspicious", `${what}: ${suspicion} to an address outside`);
  if (!isNamedOutside(edge.peer)) return warn("warning", "unnamed-external", `${what}: no DNS answer led there`);
  const database = databasePort(edge.port);
  if (database === undefined || !isPublic(edge)) return undefined;
  return warn("warning", "database-outside", `${what}: ${database} to an address outside`);
}

/** A database at a private address is next door, where many keep theirs. */
function isPublic({ peer }: Edge): boolean {
  return peer.type === "external" && addressScope(addressNumber(peer.ip)) === "public";
}

function heldBackOutside({ edge, code, reason }: LeftOutEdge): Warning | undefined {
  if (code !== "suspicious" && code !== "unnamed-external") return undefined;
  return warn("warning", "held-back", `${edgeText(edge)}, first seen ${edge.firstSeen}, is left out: ${reason}`);
}
