import { type Edge, edgeKey } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import { isNamedOutside } from "../learn/held-back.ts";
import type { LeftOutEdge, PassedEdge, Warning } from "./review-shape.ts";
import { suspiciousPort } from "../learn/suspicious-port.ts";
import { edgeText, warn } from "./wording.ts";

/** Of the time watched: what begins in the last part of it is late. */
const LATE_PART = 0.1;

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

/** Only where an option let it through. */
function strangePass(edge: Edge): Warning | undefined {
  const what = `${edgeText(edge)}, first seen ${edge.firstSeen}, passes`;
  const suspicion = suspiciousPort(edge.port);
  if (suspicion !== undefined) return warn("critical", "suspicious", `${what}: ${suspicion} to an address outside`);
  return isNamedOutside(edge.peer)
    ? undefined
    : warn("warning", "unnamed-external", `${what}: no DNS answer led there`);
}

function isLateAndOnce({ connections, firstSeen }: Edge, { observed: { since, until } }: Profile): boolean {
  if (since === null || until === null || connections > 1) return false;
  const [start, end] = [Date.parse(since), Date.parse(until)];
  return Date.parse(firstSeen) > end - (end - start) * LATE_PART;
}

function lateAndOnce(edge: Edge): Warning {
  return warn("warning", "late-and-once", `${edgeText(edge)} came late, ${edge.firstSeen}, and once`);
}

function heldBackOutside({ edge, code, reason }: LeftOutEdge): Warning | undefined {
  if (code !== "suspicious" && code !== "unnamed-external") return undefined;
  return warn("warning", "held-back", `${edgeText(edge)}, first seen ${edge.firstSeen}, is left out: ${reason}`);
}
