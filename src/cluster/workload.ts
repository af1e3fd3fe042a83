/** A workload is named by the controller at the top of a pod's owner chain, or by the pod itself. */
export interface WorkloadRef {
  readonly namespace: string;
  /** As in the API: `Deployment`, `StatefulSet`, `Pod`, `Rollout`. */
  readonly kind: string;
  readonly name: string;
}

/** A label selector as the Kubernetes API has it (meta/v1 LabelSelector). */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

export interface Workload extends WorkloadRef {
  /** Labels that its pods and, if it can be, no other workload's pods bear; undefined where there is none that is safe. */
  readonly selector: LabelSelector | undefined;
  /** Why there is no selector, or what is doubtful about it: workloads that it would take in too. */
  readonly selectorProblem?: string;
  /** Names of the pods that live now. */
  readonly pods: readonly string[];
  /** Nodes those pods run on. */
  readonly nodes: readonly string[];
  readonly hostNetwork: boolean;
}

/** `namespace/Kind/name`: the key that maps and the store use. */
export function workloadKey(ref: WorkloadRef): string {
  return `${ref.namespace}/${ref.kind}/${ref.name}`;
}
