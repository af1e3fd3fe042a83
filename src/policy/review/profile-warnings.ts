import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { Profile } from "../../profile/profile.ts";
import { edgesOf } from "../learn/learn-rules.ts";
import type { Warning } from "./review-shape.ts";
import { chanceText, counted, warn } from "./wording.ts";

/** What there is to say of a profile before any policy is made of it: how much of the truth it can hold. */
export function profileWarnings(profile: Profile, cluster: ClusterState): readonly Warning[] {
  return [
    ...viewWarnings(profile),
    ...lossWarnings(profile),
    ...windowWarnings(profile),
    ...edgeWarnings(profile),
    ...selectorWarnings(profile, cluster),
  ];
}

/** A policy from a partial view refuses what the unseen nodes do: this is said before all else. */
function viewWarnings({ nodes: { seen, expected } }: Profile): readonly Warning[] {
  if (seen >= expected) return [];
  return [
    warn("critical", "partial-view", `only ${seen} of the ${expected} nodes that run its pods have told what they saw`),
  ];
}

function lossWarnings({ observed: { dropped }, overflowed }: Profile): readonly Warning[] {
  const warnings: Warning[] = [];
  if (dropped !== null && dropped > 0)
    warnings.push(
      warn(
        "warning",
        "dropped-packets",
        `the kernel dropped ${counted(dropped, "packet")}: connections may be missing`,
      ),
    );
  if (overflowed > 0)
    warnings.push(
      warn(
        "warning",
        "edges-overflowed",
        `${counted(overflowed, "edge")} found no room in the profile, and no rule here`,
      ),
    );
  return warnings;
}

function windowWarnings({ observed: { since, until, connections }, learned }: Profile): readonly Warning[] {
  if (since === null || until === null) return [];
  const made = `made from ${counted(connections, "connection")} between ${since} and ${until}`;
  const window = warn(
    "info",
    "window",
    `${made}; what was open before is seen in part, what is rarer perhaps not at all`,
  );
  if (learned.word === "learned" || learned.word === "nothing observed") return [window];
  return [window, warn("warning", "not-learned", `still ${learned.word}: ${chanceText(learned.chanceOfNew)}`)];
}

function edgeWarnings(profile: Profile): readonly Warning[] {
  const edges = edgesOf(profile);
  const unresolved = edges.filter(({ peer }) => peer.type === "unresolved").length;
  const inferred = edges.filter(({ outcomes }) => (outcomes.inferred ?? 0) > 0 && !outcomes.established).length;
  const assumed = edges.filter(({ resolution }) => resolution === "endpoints").length;
  const { length: failed } = profile.failed;
  return [
    ...some("warning", "unresolved-edges", unresolved, "with a peer that nobody knows: no rule is made for it"),
    ...some("info", "inferred-edges", inferred, "older than the capture, its direction inferred"),
    ...some("info", "assumed-backends", assumed, "seen at a Service's address only, its backends taken from the API"),
    ...some("info", "failed-attempts", failed, "of failed attempts alone: no rule is made for it"),
  ];
}

function some(severity: Warning["severity"], code: string, count: number, text: string): readonly Warning[] {
  return count === 0 ? [] : [warn(severity, code, `${counted(count, "edge")} ${text}`)];
}

function selectorWarnings({ workload }: Profile, cluster: ClusterState): readonly Warning[] {
  const problem = cluster.workload(workload)?.selectorProblem;
  return problem === undefined ? [] : [warn("warning", "selector-problem", `its selector: ${problem}`)];
}
