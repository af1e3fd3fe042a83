import type { LabelSelector, Requirement } from "./network-policy.ts";

/** An empty selector selects everything. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return equal && (selector.matchExpressions ?? []).every((requirement) => meets(requirement, labels[requirement.key]));
}

/** A label that is not there is in no list, and so meets NotIn. */
function meets({ operator, values }: Requirement, label: string | undefined): boolean {
  const isListed = label !== undefined && (values ?? []).includes(label);
  switch (operator) {
    case "In":
      return isListed;
    case "NotIn":
      return !isListed;
    case "Exists":
      return label !== undefined;
    case "DoesNotExist":
      return label === undefined;
  }
}
