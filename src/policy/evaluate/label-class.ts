import { matchesSelector } from "../../cluster/workload/match-selector.ts";
import type { CompiledPolicy, EvaluatedPolicy } from "./compiled-policy.ts";
import type { PodEnd } from "./end.ts";
import type { Selection } from "./selections.ts";

/** Where the evaluator learns the labels that namespaceSelector looks at. */
export interface NamespaceLabels {
  namespaceLabels(namespace: string): Readonly<Record<string, string>>;
}

/** Pods of one namespace with equal labels: policies cannot tell them apart but by address. */
export interface LabelClass {
  readonly namespace: string;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** The policies that isolate these pods. */
  readonly ingress: readonly CompiledPolicy[];
  readonly egress: readonly CompiledPolicy[];
  /** By the id of a Selection: whether it holds these pods, once that was asked. */
  readonly selected: Uint8Array;
}

const MAX_CLASSES = 16_384;
const UNKNOWN = 0;
const INSIDE = 1;
const OUTSIDE = 2;

/** Finds the class of a pod; what is dropped for want of room is only worked out again. */
export class LabelClasses {
  readonly #policies: ReadonlyMap<string, readonly CompiledPolicy[]>;
  readonly #selectionCount: number;
  readonly #cluster: NamespaceLabels;
  readonly #classes = new Map<string, LabelClass>();

  constructor(
    policiesByNamespace: ReadonlyMap<string, readonly CompiledPolicy[]>,
    selectionCount: number,
    cluster: NamespaceLabels,
  ) {
    this.#policies = policiesByNamespace;
    this.#selectionCount = selectionCount;
    this.#cluster = cluster;
  }

  /** The fast form of a policy; none where it was not compiled. */
  compiled(policy: EvaluatedPolicy): readonly CompiledPolicy[] {
    return (this.#policies.get(policy.metadata.namespace) ?? []).filter(({ source }) => source === policy);
  }

  of(pod: PodEnd): LabelClass {
    const key = `${pod.namespace}/${labelsKey(pod.labels)}`;
    const known = this.#classes.get(key);
    if (known !== undefined) return known;
    const labelClass = this.#make(pod);
    // All at once rather than the oldest: most sets of policies live for a moment and never get there, and an
    // LRU cache of this size takes longer to set up than such a set to evaluate.
    if (this.#classes.size >= MAX_CLASSES) this.#classes.clear();
    this.#classes.set(key, labelClass);
    return labelClass;
  }

  #make({ namespace, labels }: PodEnd): LabelClass {
    const policies = this.#policies.get(namespace) ?? [];
    const selecting = policies.filter(({ podSelector }) => matchesSelector(podSelector, labels));
    return {
      namespace,
      namespaceLabels: this.#cluster.namespaceLabels(namespace),
      labels,
      ingress: selecting.filter((policy) => policy.ingress !== undefined),
      egress: selecting.filter((policy) => policy.egress !== undefined),
      selected: new Uint8Array(this.#selectionCount),
    };
  }
}

export function isInSelection(labelClass: LabelClass, selection: Selection): boolean {
  const { selected } = labelClass;
  if (selected[selection.id] === UNKNOWN) selected[selection.id] = holds(selection, labelClass) ? INSIDE : OUTSIDE;
  return selected[selection.id] === INSIDE;
}

function holds({ namespace, pods }: Selection, labelClass: LabelClass): boolean {
  const isInNamespace =
    "name" in namespace
      ? labelClass.namespace === namespace.name
      : matchesSelector(namespace.selector, labelClass.namespaceLabels);
  return isInNamespace && (pods === undefined || matchesSelector(pods, labelClass.labels));
}

/** Equal for equal labels, in whatever order they come. */
export function labelsKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(byKey));
}

function byKey(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] < b[0] ? -1 : 1;
}
