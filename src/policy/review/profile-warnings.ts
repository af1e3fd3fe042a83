import type { ClusterState } from "../../cluster/cluster-state.ts";
import { isWeekWatched } from "../../profile/learned.ts";
import type { Profile } from "../../profile/profile.ts";
import { edgesOf } from "../learn/learn-rules.ts";
import type { Warning } from "./review-shape.ts";
import { chanceText, counted, percent, warn } from "./wording.ts";

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

function lossWarnings({ observed: { dropped, losses }, overflowed }: Profile): readonly Warning[] {
  return [
    ...lost("dropped-packets", dropped, "packet", (packets) => `the kernel dropped ${packets}`),
    ...lost("sampled", losses?.sampledOut, "packet", (packets) => `${packets} were over the budget and left out`),
    ...lost("events-overflowed", losses?.overflowed, "event", (events) => `the agent was too slow for ${events}`),
    ...lost("evicted", losses?.evicted, "connection", (connections) => `there was no room for ${connections}`),
    ...lost("unwatched", losses?.unwatchedSeconds, "second", (seconds) => `nobody watched for ${seconds}`),
    ...some("warning", "edges-overflowed", overflowed, "found no room in the profile, and no rule here"),
  ];
}

function lost(
  code: string,
  count: number | null | undefined,
  unit: string,
  say: (counted: string) => string,
): readonly Warning[] {
  if (count === null || count === undefined || count === 0) return [];
  return [warn("warning", code, `${say(counted(count, unit))}: connections may be missing`)];
}

function windowWarnings({ observed, learned }: Profile): readonly Warning[] {
  const { since, until, connections, older } = observed;
  if (since === null || until === null) return [];
  const made = `made from ${counted(connections, "connection")} between ${since} and ${until}`;
  const window = warn(
    "info",
    "window",
    `${made}; what was open before is seen in part${olderText(older)}, what is rarer perhaps not at all`,
  );
  if (learned.word === "learned" || learned.word === "nothing observed") return [window];
  const doubt = `still ${learned.word}: ${chanceText(learned.chanceOfNew)}${lostText(learned.lostShare)}`;
  return [window, warn("warning", "not-learned", doubt), ...shortWatch(since, until, observed.losses)];
}

function lostText(share = 0): string {
  return share === 0 ? "" : `; ${percent(share)} of what happened can't have been seen`;
}

/** However sure the number is, it is of what came at all, and while somebody watched. */
function shortWatch(since: string, until: string, losses: Profile["observed"]["losses"]): readonly Warning[] {
  const unwatchedMs = (losses?.unwatchedSeconds ?? 0) * 1000;
  if (isWeekWatched(Date.parse(until) - Date.parse(since) - unwatchedMs)) return [];
  const message = "watched for less than a week: what comes once a week may not have come";
  return [warn("info", "short-watch", message)];
}

/** Where an old connection stays silent, only the kernel's own table tells of it. */
function olderText(older: Profile["observed"]["older"]): string {
  if (older === null) return "";
  if (older.conntrack === "whole") return " (all that the kernel's connection tracking knew)";
  return ` (what spoke in ${counted(Math.round(older.listenedSeconds), "second")} of listening)`;
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
