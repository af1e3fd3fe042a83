import { isCustomGroup } from "./api-group.ts";
import type { Top } from "./owner-chain.ts";
import type { WorkloadRef } from "../workload.ts";

/** Kinds of Kubernetes itself that name workloads: a custom kind of the same name takes its group behind it. */
const BUILT_IN_KINDS: ReadonlySet<string> = new Set([
  "Pod",
  "Node",
  "ReplicationController",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
]);

/**
 * Names workloads. A custom kind is called by its kind alone (`Rollout`), and with its group behind it
 * (`Job.batch.volcano.sh`) where that would be another's name: a built-in kind's, or that of a workload of
 * the same name whose group comes first in the alphabet. So adding a workload seldom renames another.
 */
export class WorkloadNames {
  readonly #firstGroup = new Map<string, string>();

  constructor(tops: Iterable<Top>) {
    for (const top of tops) {
      const first = this.#firstGroup.get(plainName(top));
      if (first === undefined || top.apiGroup < first) this.#firstGroup.set(plainName(top), top.apiGroup);
    }
  }

  refOf(top: Top): WorkloadRef {
    const { namespace, name, kind } = top;
    return { namespace, kind: this.#isTaken(top) ? kindWithGroup(top) : kind, name };
  }

  #isTaken(top: Top): boolean {
    if (!isCustomGroup(top.apiGroup)) return false;
    return BUILT_IN_KINDS.has(top.kind) || (this.#firstGroup.get(plainName(top)) ?? top.apiGroup) < top.apiGroup;
  }
}

export function kindWithGroup({ kind, apiGroup }: Top): string {
  return apiGroup === "" ? kind : `${kind}.${apiGroup}`;
}

function plainName({ namespace, kind, name }: Top): string {
  return `${namespace}/${kind}/${name}`;
}
