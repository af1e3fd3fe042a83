import type { ClusterState } from "../../cluster/cluster-state.ts";
import { type End, endText } from "../../policy/evaluate/end.ts";
import { type EndFinder, indexEnds } from "../../policy/evaluate/find-end.ts";
import type { Question } from "../../policy/evaluate/verdict.ts";
import { HttpProblem } from "../problem.ts";
import type { Sight } from "./sight.ts";

/**
 * Pods that somebody may name in a question of his own: of what he does not see, none. An address there is refused and
 * not taken for one outside, which would be a wrong answer; that it is a pod's, anybody learns who connects to it.
 */
export function visibleEnds(cluster: ClusterState, sight: Sight): EndFinder {
  const ends = indexEnds(cluster);
  const find = (text: string): End | undefined => {
    const end = ends.find(text);
    if (end?.kind !== "pod" || sight.sees(end.namespace)) return end;
    if (text.includes("/")) return undefined; // as for one that is not there
    throw new HttpProblem(422, `${text} is the address of a pod that you do not see`);
  };
  return sight.isWhole ? ends : { find };
}

/** What was observed names the workloads that one's own talk to, and none of their pods. */
export function withoutUnseenPods(
  questions: readonly Question[],
  cluster: ClusterState,
  sight: Sight,
): readonly Question[] {
  if (sight.isWhole) return questions;
  const workloads = workloadsByPod(cluster, sight);
  const named = (end: End): End =>
    end.kind === "pod" && !sight.sees(end.namespace)
      ? { ...end, name: workloads.get(endText(end)) ?? "(not shown)" }
      : end;
  return questions.map((question) => ({ ...question, from: named(question.from), to: named(question.to) }));
}

/** `namespace/pod` to `deployment/name`. */
function workloadsByPod(cluster: ClusterState, { sees }: Sight): ReadonlyMap<string, string> {
  const unseen = cluster.pods().filter(({ metadata }) => !sees(metadata.namespace));
  return new Map(
    unseen.map((pod) => {
      const { kind, name } = cluster.workloadOf(pod);
      return [`${pod.metadata.namespace}/${pod.metadata.name}`, `${kind.toLowerCase()}/${name}`];
    }),
  );
}
