import type { LabelSelector, LabelSelectorRequirement } from "../../cluster/workload.ts";
import { canonicalSelector } from "../selector.ts";

/**
 * A label selector in Calico's own language, where a missing label is neither equal to a value nor in a list of them.
 * https://docs.tigera.io/calico/latest/reference/resources/networkpolicy#selectors
 */
export function selectorText(selector: LabelSelector): string {
  const { matchLabels = {}, matchExpressions = [] } = canonicalSelector(selector);
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key} == ${quoted(value)}`);
  const all = [...labels, ...matchExpressions.map(requirementText)];
  return all.length === 0 ? "all()" : all.join(" && ");
}

/** Calico gives every namespace this label with its name, whatever labels it bears itself. */
export function namespaceText(namespace: string): string {
  return `projectcalico.org/name == ${quoted(namespace)}`;
}

function requirementText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  const list = `{ ${values.map(quoted).join(", ")} }`;
  switch (operator) {
    case "In":
      return `${key} in ${list}`;
    case "NotIn":
      return `${key} not in ${list}`;
    case "Exists":
      return `has(${key})`;
    case "DoesNotExist":
      return `!has(${key})`;
  }
}

/** Label values hold no quotes. */
function quoted(value: string): string {
  return `'${value}'`;
}
