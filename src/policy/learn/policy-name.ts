import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { WorkloadRef } from "../../cluster/workload.ts";
import type { GeneratorSettings } from "../resolve-options.ts";

export const MANAGED_BY = { label: "app.kubernetes.io/managed-by", value: "weir" } as const;

/**
 * The name of a workload's policy, by the template. Where another workload of the namespace would get the same
 * (a Deployment and a StatefulSet may be namesakes) the kind is added to both, so that neither replaces the other.
 */
export function policyName(ref: WorkloadRef, cluster: ClusterState, { name: template }: GeneratorSettings): string {
  const name = fill(template, ref);
  const isTaken = cluster
    .workloads(ref.namespace)
    .some((other) => (other.kind !== ref.kind || other.name !== ref.name) && fill(template, other) === name);
  return isTaken ? `${name}-${ref.kind.toLowerCase()}` : name;
}

/** Labels of the caller's win over ours. */
export function policyLabels({ labels }: GeneratorSettings): Readonly<Record<string, string>> {
  return { [MANAGED_BY.label]: MANAGED_BY.value, ...labels };
}

function fill(template: string, { namespace, kind, name }: WorkloadRef): string {
  return template
    .replaceAll("{namespace}", namespace)
    .replaceAll("{kind}", kind.toLowerCase())
    .replaceAll("{name}", name);
}
