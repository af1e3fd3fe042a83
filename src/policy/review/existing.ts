import { matchesSelector } from "../../cluster/workload/match-selector.ts";
import type { NetworkPolicyObject } from "../../cluster/objects.ts";
import type { Direction } from "../../profile/edge.ts";
import { isolatedDirections } from "../evaluate/compiled-policy.ts";
import { covers, type Opening } from "../covers.ts";
import type { Cast } from "./representatives.ts";
import { openingsOf, openingText, selectorText } from "./openings.ts";
import type { PolicyDocument } from "../dialect/written.ts";
import type { NetworkPolicy } from "../network-policy.ts";
import { MANAGED_BY } from "../learn/policy-name.ts";
import type { ExistingPolicy, ReplacedPolicy, Review } from "./review-shape.ts";
import { compareText } from "../selector.ts";

/** What an existing policy lets through is listed up to here; one that lists more is not read line by line. */
const MAX_LISTED = 50;

/**
 * Of the other policies of its namespace those that will stand beside the new one on the same pods. Policies only ever add: what one of them
 * lets through stays open, whatever the new one says.
 */
export function besideIt(
  policy: NetworkPolicy,
  standing: readonly NetworkPolicyObject[],
  { all }: Cast,
): readonly ExistingPolicy[] {
  const { namespace } = policy.metadata;
  return standing
    .filter(({ spec }) => all.some((end) => end.kind === "pod" && matchesSelector(spec.podSelector, end.labels)))
    .map((other) => ({
      policy: `${namespace}/${other.metadata.name}`,
      directions: [...isolatedDirections(other.spec)],
      allowsBeyond: allowedBeyond(policy, other).slice(0, MAX_LISTED),
    }))
    .sort((a, b) => compareText(a.policy, b.policy));
}

function allowedBeyond(policy: NetworkPolicy, other: NetworkPolicyObject): string[] {
  const common = isolatedDirections(policy.spec).filter((direction) =>
    isolatedDirections(other.spec).includes(direction),
  );
  return common.flatMap((direction) => {
    const own = openingsOf(policy.spec, direction);
    return openingsOf(other.spec, direction)
      .filter((opening) => !own.some((wide) => covers(wide, opening, policy.metadata.namespace)))
      .map((opening) => openingText(direction, opening));
  });
}

/** What would change in the policy of the same name, if the cluster has one. */
export function replacedPolicy(
  policy: NetworkPolicy,
  replaced: NetworkPolicyObject | undefined,
): ReplacedPolicy | null {
  if (replaced === undefined) return null;
  const before = linesOf(replaced);
  const after = linesOf(policy);
  return {
    policy: `${policy.metadata.namespace}/${policy.metadata.name}`,
    isByWeir: replaced.metadata.labels[MANAGED_BY.label] === MANAGED_BY.value,
    changes: [
      ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
      ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
    ],
  };
}

/** What to do to the cluster to have it as it was before the policy was applied. */
export function undoOf(policy: PolicyDocument, replaced: NetworkPolicyObject | undefined): NonNullable<Review["undo"]> {
  const { apiVersion, kind, metadata } = policy;
  const { name, namespace } = metadata;
  if (replaced === undefined)
    return {
      action: "delete",
      policy: { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } },
    };
  const { labels } = replaced.metadata;
  return {
    action: "restore",
    policy: { apiVersion, kind, metadata: { name, namespace, labels }, spec: replaced.spec },
  };
}

function linesOf({ spec }: Pick<NetworkPolicyObject, "spec">): readonly string[] {
  const directions = isolatedDirections(spec);
  return [
    `selects ${selectorText(spec.podSelector)}`,
    ...directions.map((direction) => `isolates for ${direction}`),
    ...directions.flatMap((direction) => openingLines(direction, openingsOf(spec, direction))),
  ];
}

function openingLines(direction: Direction, openings: readonly Opening[]): readonly string[] {
  return [...new Set(openings.map((opening) => openingText(direction, opening)))].sort(compareText);
}
