import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { Profile } from "../../profile/profile.ts";
import { endText } from "../evaluate/end.ts";
import type { Question } from "../evaluate/verdict.ts";
import { questionsOf } from "../review/proof.ts";
import { Representatives } from "../review/representatives.ts";

/**
 * Everything that was seen, as questions, each once: an edge is asked of one pod for each set of labels at either
 * end. Edges whose peer or port nobody knows ask nothing.
 */
export function profileQuestions(profiles: readonly Profile[], cluster: ClusterState): readonly Question[] {
  const representatives = new Representatives(cluster, new Map());
  const questions = new Map<string, Question>();
  for (const profile of profiles)
    for (const edge of [...profile.ingress, ...profile.egress]) {
      if (edge.peer.type === "unresolved" || edge.port === 0) continue;
      for (const { question, isReal } of questionsOf(edge, { profile, representatives }))
        if (isReal) questions.set(keyOf(question), question);
    }
  return [...questions.values()];
}

function keyOf({ from, to, port, protocol }: Question): string {
  return `${endText(from)} ${endText(to)} ${port} ${protocol}`;
}
