import { matchesSelector } from "../cluster/workload/match-selector.ts";
import type { LabelSelector, LabelSelectorRequirement } from "../cluster/workload.ts";

/** A selector that asks for nothing, or only excludes, would take in most of a namespace; no policy is built on one. */
export function isUsable(selector: LabelSelector | null | undefined): selector is LabelSelector {
  if (selector === null || selector === undefined) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const isPositive = matchExpressions.some(({ operator }) => operator === "In" || operator === "Exists");
  return Object.keys(matchLabels).length > 0 || isPositive;
}

/** The same selector with everything in order, so that equal ones are equal to the byte. */
export function canonicalSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): LabelSelector {
  const labels = Object.entries(matchLabels).sort(([a], [b]) => compareText(a, b));
  const expressions = matchExpressions.map(canonicalRequirement).sort(compareAsJson);
  return {
    ...(labels.length > 0 && { matchLabels: Object.fromEntries(labels) }),
    ...(expressions.length > 0 && { matchExpressions: expressions }),
  };
}

/**
 * Whether every pod that `narrow` takes is taken by `wide` too. Only what can be read off the two is found:
 * a false may be true, a true never false.
 */
export function selectorCovers(wide: LabelSelector, narrow: LabelSelector): boolean {
  const labels = narrow.matchLabels ?? {};
  const { matchLabels = {}, matchExpressions = [] } = wide;
  if (Object.entries(matchLabels).some(([key, value]) => labels[key] !== value)) return false;
  if (matchExpressions.length === 0) return true;
  const stated = new Set((narrow.matchExpressions ?? []).map((item) => JSON.stringify(canonicalRequirement(item))));
  return matchExpressions.every(
    (item) =>
      stated.has(JSON.stringify(canonicalRequirement(item))) ||
      (Object.hasOwn(labels, item.key) && matchesSelector({ matchExpressions: [item] }, labels)),
  );
}

/** Labels of a pod that the selector takes and that has no others: a pod still to come. */
export function labelsSelected({ matchLabels = {}, matchExpressions = [] }: LabelSelector): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const { key, operator, values = [] } of matchExpressions) {
    if (operator === "In") labels[key] = values[0] ?? "";
    if (operator === "Exists") labels[key] ??= "";
  }
  return { ...labels, ...matchLabels };
}

/** By code units, which no locale changes. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function canonicalRequirement({ key, operator, values }: LabelSelectorRequirement): LabelSelectorRequirement {
  return values === undefined || values.length === 0
    ? { key, operator }
    : { key, operator, values: [...values].sort(compareText) };
}

function compareAsJson(a: LabelSelectorRequirement, b: LabelSelectorRequirement): number {
  return compareText(JSON.stringify(a), JSON.stringify(b));
}
