import type { Edge } from "../../src/profile/edge.ts";
import type { Profile } from "../../src/profile/profile.ts";

/** What many agents' parts must have as one observer of everything has it. */
export function countsOf({ workload, ingress, egress }: Profile): object {
  return { workload, ingress: ingress.map(counted), egress: egress.map(counted) };
}

/** Bounded lists are samples, in which the two may differ; of occasions the agents know rather too few. */
function counted(edge: Edge): object {
  return { ...edge, pods: [], nodes: [], occasions: 0 };
}
