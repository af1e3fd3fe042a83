import type { LabelSelector, LabelSelectorRequirement } from "../workload.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * Says whether a label selector takes these labels in: meta/v1 LabelSelector, in which all requirements
 * are joined by "and", and an empty selector takes in everything. A selector that is absent takes in
 * nothing or everything depending on the field it is absent from, so that question is the caller's.
 */
export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => valueOf(labels, key) === value) &&
    (selector.matchExpressions ?? []).every((requirement) => meets(labels, requirement))
  );
}

/** NotIn and DoesNotExist hold where the key is missing: apimachinery labels.Requirement.Matches. */
function meets(labels: Labels, { key, operator, values = [] }: LabelSelectorRequirement): boolean {
  const value = valueOf(labels, key);
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

/** Label keys come from outside: `constructor` must not be found on Object's prototype. */
function valueOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
