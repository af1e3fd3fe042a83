import { isFinished } from "../address/pod-life.ts";
import type { Controller, Pod } from "../objects.ts";
import { type LabelSelector, type Workload, type WorkloadRef, workloadKey } from "../workload.ts";
import { chooseSelector } from "./choose-selector.ts";

/** How many other workloads a selector's problem names. */
const MAX_NAMED = 5;

/** Who else a selector takes in, and the workload itself. */
type Bearers = (selector: LabelSelector) => readonly WorkloadRef[];

/** A workload as it is now. `pods` are all of its pods, finished ones too. */
export function describeWorkload(
  ref: WorkloadRef,
  controller: Controller | undefined,
  pods: readonly Pod[],
  bearers: Bearers,
): Workload {
  const living = pods.filter((pod) => !isFinished(pod));
  const selector = chooseSelector(controller, living.length > 0 ? living : pods);
  const problem = problemWith(selector, ref, bearers);
  return {
    ...ref,
    selector,
    ...(problem === undefined ? {} : { selectorProblem: problem }),
    pods: living.map(({ metadata }) => metadata.name).sort(),
    nodes: [...new Set(living.map(({ nodeName }) => nodeName).filter((name) => name !== undefined))].sort(),
    hostNetwork: living.length > 0 && living.every(({ hostNetwork }) => hostNetwork),
  };
}

function problemWith(selector: LabelSelector | undefined, ref: WorkloadRef, bearers: Bearers): string | undefined {
  if (selector === undefined)
    return "its pods bear no label that lasts, and an empty selector would take in the whole namespace";
  const others = bearers(selector)
    .filter((bearer) => workloadKey(bearer) !== workloadKey(ref))
    .map(({ kind, name }) => `${kind}/${name}`);
  const names = [...new Set(others)].sort();
  if (names.length === 0) return undefined;
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
  return `it also selects ${names.slice(0, MAX_NAMED).join(", ")}${more}`;
}
