import type { Controller, Pod } from "../objects.ts";
import { isVolatileLabel } from "./volatile-labels.ts";
import type { LabelSelector } from "../workload.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * The labels to know a workload's pods by: those of the controller's own selector; where that is of no use
 * (a Job's holds only the run's uid) those of its pod template; without a controller, those that all its
 * pods share. Labels that don't last are left out. Undefined where none is left, since an empty selector
 * would take in the whole namespace.
 */
export function chooseSelector(controller: Controller | undefined, pods: readonly Pod[]): LabelSelector | undefined {
  const own = lasting(controller?.selector ?? {});
  if (own !== undefined) return own;
  const template = lasting({ matchLabels: controller?.templateLabels ?? {} });
  return template ?? lasting({ matchLabels: sharedLabels(pods) });
}

function lasting(selector: LabelSelector): LabelSelector | undefined {
  const labels = Object.entries(selector.matchLabels ?? {}).filter(([key]) => !isVolatileLabel(key));
  const expressions = (selector.matchExpressions ?? []).filter(({ key }) => !isVolatileLabel(key));
  // What only excludes ("env not in prod") takes in all the rest of the namespace.
  const isPositive = expressions.some(({ operator }) => operator === "In" || operator === "Exists");
  if (labels.length === 0 && !isPositive) return undefined;
  return {
    ...(labels.length > 0 ? { matchLabels: Object.fromEntries(labels) } : {}),
    ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
  };
}

function sharedLabels(pods: readonly Pod[]): Labels {
  const [first, ...others] = pods;
  if (first === undefined) return {};
  return Object.fromEntries(
    Object.entries(first.metadata.labels).filter(
      ([key, value]) => !isOwnName(first, value) && others.every((pod) => pod.metadata.labels[key] === value),
    ),
  );
}

/**
 * An owner's only pod shares all labels with itself, also the one that operators put its name in. A pod
 * without an owner is known by its name's label (`run: NAME` of `kubectl run`).
 */
function isOwnName({ metadata }: Pod, value: string): boolean {
  return metadata.owner !== undefined && value === metadata.name;
}
