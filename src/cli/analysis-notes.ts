import type { Placement } from "../profile/placement.ts";
import type { Profile } from "../profile/profile.ts";
import { type FiledDecisions, strangersIn } from "./read-decision-files.ts";

const MAX_REASONS_TOLD = 3;

/** What a user must know where the captures and the cluster files do not fit together; nothing where they do. */
export function analysisNotes(
  placement: Placement,
  profiles: number,
  namespace: string | undefined,
): readonly string[] {
  const { connections, ofPods, reasons } = placement;
  const notes: string[] = [];
  if (profiles === 0 && namespace !== undefined)
    notes.push(`no workload of namespace ${namespace} is in the cluster files`);
  if (connections === 0) notes.push("the captures hold no connections");
  else if (ofPods === 0)
    notes.push(`none of ${connections} connections is a pod's: are the cluster files of the capture's time?`);
  const told = reasons.toSorted(([, a], [, b]) => b - a).slice(0, MAX_REASONS_TOLD);
  for (const [reason, count] of told)
    notes.push(`${count} ${count === 1 ? "end" : "ends"} of connections unknown: ${reason}`);
  return notes;
}

/** Decisions of whom nobody knows: over HTTP they would be refused, in a file they may be of a workload that is gone. */
export function decisionNotes(
  filed: FiledDecisions,
  profiles: readonly Profile[],
  namespace: string | undefined,
): readonly string[] {
  const workloads = profiles.map(({ workload }) => workload);
  return strangersIn(filed, workloads)
    .filter((stranger) => namespace === undefined || stranger.namespace === namespace)
    .map(
      (stranger) => `decisions of ${stranger.namespace}/${stranger.kind}/${stranger.name}: there is no such workload`,
    );
}
