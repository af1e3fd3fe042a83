import type { WorkloadRef } from "../../cluster/workload.ts";
import { type Edge, edgeKey } from "../../profile/edge.ts";
import { occasionsOf } from "../../profile/edge-record.ts";
import type { Profile } from "../../profile/profile.ts";
import type { DeclaredPorts } from "../learn/declared-ports.ts";
import { isFromOwnNode, serverOf } from "../learn/judge-edge.ts";
import { edgesOf } from "../learn/learn-rules.ts";
import { portKey } from "../learn/served-ports.ts";
import type { PassedEdge, Warning } from "./review-shape.ts";
import { counted, edgeText, warn } from "./wording.ts";

/** Of the time watched: what begins in the last part of it is late. */
const LATE_PART = 0.1;
/** Ports listed in one line. */
const MAX_LISTED = 5;

/**
 * What looks wrong among the edges inside of the cluster that pass: what stands in no manifest, and what came after all
 * was known. Clients from outside are not asked: they come and go, and the port is the workload's own.
 */
export function oddEdgeWarnings(
  profile: Profile,
  passed: readonly PassedEdge[],
  declared: DeclaredPorts,
): readonly Warning[] {
  const ids = new Set(passed.map(({ edge }) => edge.id));
  const edges = edgesOf(profile).filter((edge) => ids.has(edgeKey(edge)) && !isFromOwnNode(edge));
  return [
    ...undeclaredPorts(profile, edges, declared),
    ...edges.filter((edge) => isNewInside(edge, profile)).map(lateAndOnce),
  ];
}

/** Whether an edge began in the last part of the time watched, and did not come again. */
export function isLateAndOnce(edge: Edge, { observed: { since, until } }: Profile): boolean {
  if (since === null || until === null || occasionsOf(edge) > 1) return false;
  const [start, end] = [Date.parse(since), Date.parse(until)];
  return Date.parse(edge.firstSeen) > end - (end - start) * LATE_PART;
}

export function lateAndOnce(edge: Edge): Warning {
  return warn("warning", "late-and-once", `${edgeText(edge)} came late, ${edge.firstSeen}, and once`);
}

/** While much is new anyway, one more says nothing: it takes a profile that has settled. */
function isNewInside(edge: Edge, profile: Profile): boolean {
  const { peer } = edge;
  if (profile.learned.word === "learning" || (peer.type !== "workload" && peer.type !== "host")) return false;
  return isLateAndOnce(edge, profile);
}

/**
 * Most pods name the ports that they serve, and what is served beside them is a back door or a slip. Of a workload that
 * names none, and no Service does, nothing is said: `containerPort` is there to inform (core/v1 ContainerPort).
 */
function undeclaredPorts(profile: Profile, edges: readonly Edge[], declared: DeclaredPorts): readonly Warning[] {
  const odd = edges.filter((edge) => isUndeclared(edge, serverOf(edge, profile), declared));
  const byServer = Map.groupBy(odd, ({ direction, peer }) =>
    direction === "egress" && peer.type === "workload" ? `egress to ${peer.namespace}/${peer.name}` : "ingress",
  );
  return [...byServer].map(([what, own]) => {
    const message = `${what} on ${portsText(own)}: none of the containers there declares that, and no Service leads to it`;
    return warn("warning", "undeclared-port", message);
  });
}

function isUndeclared({ protocol, port }: Edge, server: WorkloadRef | undefined, declared: DeclaredPorts): boolean {
  if (server === undefined) return false;
  const known = declared.of(server);
  return known.size > 0 && !known.has(portKey(protocol, port));
}

function portsText(edges: readonly Edge[]): string {
  const ports = [...new Set(edges.map(({ protocol, port }) => `${protocol} ${port}`))];
  if (ports.length <= MAX_LISTED) return ports.join(", ");
  return `${ports.slice(0, MAX_LISTED).join(", ")} and ${counted(ports.length - MAX_LISTED, "other")}`;
}
