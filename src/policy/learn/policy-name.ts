import type { ClusterState } from "../../cluster/cluster-state.ts";
import type { WorkloadRef } from "../../cluster/workload.ts";
import type { GeneratorSettings } from "../resolve-options.ts";

export const MANAGED_BY = { label: "app.kubernetes.io/managed-by", value: "weir" } as const;

/**
 * The name of each workload's policy, by the template. Where another workload of the namespace would get the same
 * (a Deployment and a StatefulSet may be namesakes) the kind is added to both, so that neither replaces the other.
 */
export class PolicyNames {
  readonly #cluster: ClusterState;
  readonly #template: string;
  /** By namespace: the workloads of the cluster that would get a name. */
  readonly #claimants = new Map<string, ReadonlyMap<string, readonly WorkloadRef[]>>();

  constructor(cluster: ClusterState, template: string) {
    this.#cluster = cluster;
    this.#template = template;
  }

  of(ref: WorkloadRef): string {
    const name = fill(this.#template, ref);
    const claimants = this.#claimantsIn(ref.namespace).get(name) ?? [];
    const isTaken = claimants.some((other) => other.kind !== ref.kind || other.name !== ref.name);
    return isTaken ? `${name}-${ref.kind.toLowerCase()}` : name;
  }

  #claimantsIn(namespace: string): ReadonlyMap<string, readonly WorkloadRef[]> {
    let claimants = this.#claimants.get(namespace);
    if (claimants === undefined) {
      claimants = Map.groupBy(this.#cluster.workloads(namespace), (other) => fill(this.#template, other));
      this.#claimants.set(namespace, claimants);
    }
    return claimants;
  }
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
