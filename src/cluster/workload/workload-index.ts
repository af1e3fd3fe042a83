import { isCustomGroup } from "./api-group.ts";
import { chooseSelector } from "./choose-selector.ts";
import type { PodIdentity } from "../identity.ts";
import { LabelIndex, type Labelled } from "./label-index.ts";
import type { Controller, Pod } from "../objects.ts";
import { OwnerChains } from "./owner-chain.ts";
import { isFinished } from "../address/pod-life.ts";
import { membersByTop, type TopWithPods } from "./workload-members.ts";
import { workloadKey, type LabelSelector, type Workload, type WorkloadRef } from "../workload.ts";
import { WorkloadNames, kindWithGroup } from "./workload-names.ts";

interface Member extends TopWithPods {
  readonly ref: WorkloadRef;
}

/** What bears labels: a pod that lives, or the template of a workload that has none now. */
interface Bearer {
  readonly ref: WorkloadRef;
  readonly pod: Pod | undefined;
}

/** How many other workloads a selector's problem names. */
const MAX_NAMED = 5;

/** The workloads of one state of the cluster, and whose each pod is. */
export class WorkloadIndex {
  readonly #owners: OwnerChains;
  readonly #names: WorkloadNames;
  readonly #members = new Map<string, Member>();
  readonly #byPath = new Map<string, Member>();
  #labels: LabelIndex<Bearer> | undefined;
  readonly #described = new Map<Member, Workload>();

  constructor(pods: readonly Pod[], controllers: readonly Controller[]) {
    this.#owners = new OwnerChains(controllers);
    const tops = membersByTop(this.#owners, pods, controllers);
    this.#names = new WorkloadNames(tops.values().map(({ top }) => top));
    for (const member of tops.values()) this.#add({ ...member, ref: this.#names.refOf(member.top) });
  }

  refOf(pod: Pod): WorkloadRef {
    return this.#names.refOf(this.#owners.topOfPod(pod));
  }

  identityOf(pod: Pod): PodIdentity {
    return { kind: "pod", workload: this.refOf(pod), pod: pod.metadata.name, node: pod.nodeName };
  }

  get(ref: WorkloadRef): Workload | undefined {
    const member = this.#members.get(workloadKey(ref));
    return member === undefined ? undefined : this.#describe(member);
  }

  find(namespace: string, kindInPath: string, name: string): Workload | undefined {
    const member = this.#byPath.get(pathKey(namespace, kindInPath, name));
    return member === undefined ? undefined : this.#describe(member);
  }

  list(namespace: string | undefined): readonly Workload[] {
    return [...this.#members.values()]
      .filter(({ ref }) => namespace === undefined || ref.namespace === namespace)
      .map((member) => this.#describe(member));
  }

  podsOf(ref: WorkloadRef): readonly Pod[] {
    return (this.#members.get(workloadKey(ref))?.pods ?? []).filter((pod) => !isFinished(pod));
  }

  /** The pods that live now and bear labels that the selector takes in. */
  selected(namespace: string, selector: LabelSelector): readonly Pod[] {
    return this.#bearers(namespace, selector)
      .map(({ pod }) => pod)
      .filter((pod) => pod !== undefined);
  }

  #add(member: Member): void {
    const { ref, top } = member;
    this.#members.set(workloadKey(ref), member);
    this.#byPath.set(pathKey(ref.namespace, ref.kind, ref.name), member);
    if (isCustomGroup(top.apiGroup)) this.#byPath.set(pathKey(ref.namespace, kindWithGroup(top), ref.name), member);
  }

  #describe(member: Member): Workload {
    const described = this.#described.get(member) ?? this.#newDescription(member);
    this.#described.set(member, described);
    return described;
  }

  #newDescription({ ref, top, pods }: Member): Workload {
    const living = pods.filter((pod) => !isFinished(pod));
    const selector = chooseSelector(top.controller, living.length > 0 ? living : pods);
    const problem = this.#problemWith(selector, ref);
    return {
      ...ref,
      selector,
      ...(problem === undefined ? {} : { selectorProblem: problem }),
      pods: living.map(({ metadata }) => metadata.name).sort(),
      nodes: [...new Set(living.map(({ nodeName }) => nodeName).filter((name) => name !== undefined))].sort(),
      hostNetwork: living.length > 0 && living.every(({ hostNetwork }) => hostNetwork),
    };
  }

  #problemWith(selector: LabelSelector | undefined, ref: WorkloadRef): string | undefined {
    if (selector === undefined)
      return "its pods bear no label that lasts, and an empty selector would take in the whole namespace";
    const others = this.#bearers(ref.namespace, selector)
      .filter((bearer) => workloadKey(bearer.ref) !== workloadKey(ref))
      .map((bearer) => `${bearer.ref.kind}/${bearer.ref.name}`);
    const names = [...new Set(others)].sort();
    if (names.length === 0) return undefined;
    const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
    return `it also selects ${names.slice(0, MAX_NAMED).join(", ")}${more}`;
  }

  /** Made when it is first asked for: most states of a busy cluster are never asked. */
  #bearers(namespace: string, selector: LabelSelector): readonly Bearer[] {
    this.#labels ??= new LabelIndex(this.#members.values().flatMap((member) => bearersOf(member)));
    return this.#labels.matching(namespace, selector);
  }
}

function bearersOf({ ref, top, pods }: Member): readonly Labelled<Bearer>[] {
  const { namespace } = ref;
  const living = pods.filter((pod) => !isFinished(pod));
  if (living.length > 0) return living.map((pod) => ({ namespace, labels: pod.metadata.labels, value: { ref, pod } }));
  const labels = top.controller?.templateLabels ?? {};
  return [{ namespace, labels, value: { ref, pod: undefined } }];
}

function pathKey(namespace: string, kind: string, name: string): string {
  return `${namespace}/${kind.toLowerCase()}/${name}`;
}
