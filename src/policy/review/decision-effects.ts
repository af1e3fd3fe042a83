import { type Edge, edgeKey, peerKey } from "../../profile/edge.ts";
import type { Profile } from "../../profile/profile.ts";
import type { Decided } from "../decided.ts";
import { isNamed } from "../learn/choice.ts";
import { edgesOf } from "../learn/learn-rules.ts";
import type { GeneratorSettings } from "../resolve-options.ts";
import type { DecisionEffect, Warning } from "./review-shape.ts";
import { warn } from "./wording.ts";

/** Which of the decisions kept with the profile took part in its policy, and what became of the others. */
export function decisionEffects(profile: Profile, settings: GeneratorSettings): DecisionEffect[] {
  return settings.decided.map((decided) => ({
    decision: decided.text,
    effect: decided.isOverridden ? "overridden" : effectOf(decided, profile, settings),
  }));
}

/** A slip in an address would leave its rule in, or out, unsaid. */
export function decisionWarnings(effects: readonly DecisionEffect[]): readonly Warning[] {
  return effects
    .filter(({ effect }) => effect === "unmatched")
    .map(({ decision }) => warn("warning", "unmatched-decision", `nothing was seen of what was decided: ${decision}`));
}

function effectOf({ subject }: Decided, profile: Profile, settings: GeneratorSettings): DecisionEffect["effect"] {
  if (subject === "ingress" || subject === "egress")
    return settings.directions.includes(subject) ? "in force" : "without effect";
  const isMeant = (edge: Edge): boolean => edgeKey(edge) === subject || peerKey(edge.peer) === subject;
  const edges = edgesOf(profile).filter(isMeant);
  if (edges.length === 0) return profile.failed.some(isMeant) ? "without effect" : "unmatched";
  if (settings.addresses.get(subject)?.allowed !== undefined && edges.every((edge) => isOverruled(edge, settings)))
    return "overridden";
  const isAsked = ({ direction }: Edge): boolean =>
    settings.directions.includes(direction) && settings.modes[direction] === "learned";
  return edges.some(isAsked) ? "in force" : "without effect";
}

function isOverruled(edge: Edge, { leaveOut, keep }: GeneratorSettings): boolean {
  return isNamed(edge, leaveOut) || isNamed(edge, keep);
}
