import { isFinished } from "../address/pod-life.ts";
import type { PodIdentity } from "../identity.ts";
import type { Index } from "../named-objects.ts";
import type { Controller, Pod } from "../objects.ts";
import type { LabelSelector, Workload, WorkloadRef } from "../workload.ts";
import { isCustomGroup } from "./api-group.ts";
import { describeWorkload } from "./describe-workload.ts";
import { LabelIndex } from "./label-index.ts";
import { OwnerTree } from "./owner-tree.ts";
import { isMeant, linksAbove, type Owner, refOf, topOf } from "./owner.ts";

/** Who a pod belongs to: the owner at the top of its chain, or nobody but itself. */
type Top = Owner | undefined;

/** The workloads that there are, and whose each pod is: kept as pods and controllers come and go. */
export class WorkloadIndex {
  readonly #owners = new OwnerTree();
  /** Pods that are their own workload, by namespace and name, finished ones too. */
  readonly #bare = new Map<string, Pod[]>();
  readonly #livingPods = new LabelIndex<Pod>();
  readonly #templates = new LabelIndex<Owner>();
  /** Descriptions of the present state; most states of a busy cluster are never asked for one. */
  #described = new Map<Owner | Pod, Workload>();
  #version = 0;

  /** Another one whenever a pod that was told of may have got another owner or name. */
  get version(): number {
    return this.#version;
  }

  readonly ofControllers: Index<Controller> = {
    put: (controller) => {
      const owner = this.#owners.putController(controller);
      // What has an owner itself is no workload, and its template is its owner's.
      if (controller.metadata.owner === undefined)
        this.#templates.add(owner.namespace, controller.templateLabels, owner);
      this.#changed();
    },
    take: (controller) => {
      const owner = this.#owners.takeController(controller);
      if (owner !== undefined) this.#templates.remove(owner.namespace, controller.templateLabels, owner);
      this.#changed();
    },
  };

  putPod(pod: Pod): void {
    const { namespace, name, labels } = pod.metadata;
    if (this.#owners.putPod(pod) === undefined) {
      const key = `${namespace}/${name}`;
      this.#bare.set(key, [...(this.#bare.get(key) ?? []), pod]);
    }
    if (!isFinished(pod)) this.#livingPods.add(namespace, labels, pod);
    this.#forgetDescriptions();
  }

  takePod(pod: Pod): void {
    const { namespace, name, labels } = pod.metadata;
    this.#owners.takePod(pod);
    const key = `${namespace}/${name}`;
    const others = this.#bare.get(key)?.filter((other) => other !== pod) ?? [];
    if (others.length > 0) this.#bare.set(key, others);
    else this.#bare.delete(key);
    this.#livingPods.remove(namespace, labels, pod);
    this.#forgetDescriptions();
  }

  refOf(pod: Pod): WorkloadRef {
    const top = this.#topOf(pod);
    return top === undefined ? podRef(pod) : refOf(top);
  }

  /** How many owners are known of a pod, up to the top. */
  linksOf(pod: Pod): number {
    const owner = this.#owners.ownerOf(pod);
    if (owner === undefined || !isMeant(pod.metadata.owner, owner)) return 0;
    return 1 + linksAbove(owner);
  }

  identityOf(pod: Pod): PodIdentity {
    return { kind: "pod", workload: this.refOf(pod), pod: pod.metadata.name, node: pod.nodeName };
  }

  get({ namespace, kind, name }: WorkloadRef): Workload | undefined {
    const workload = this.find(namespace, kind, name);
    return workload?.kind === kind ? workload : undefined;
  }

  /** The kind in any case, a custom one with or without its group. */
  find(namespace: string, kind: string, name: string): Workload | undefined {
    const key = this.#keyOf({ namespace, kind, name });
    return key === undefined ? undefined : this.#describe(key);
  }

  /** Those with pods in the pods' order, and then those without, by name. */
  list(namespace: string | undefined, pods: Iterable<Pod>): readonly Workload[] {
    const keys = new Set<Owner | Pod>();
    for (const pod of pods)
      if (namespace === undefined || pod.metadata.namespace === namespace) keys.add(this.#topOf(pod) ?? pod);
    const idle = new Set<Owner>();
    for (const owner of this.#owners.all()) {
      if (owner.controller === undefined || isCustomGroup(owner.apiGroup)) continue;
      const top = topOf(owner);
      if (!keys.has(top) && (namespace === undefined || owner.namespace === namespace)) idle.add(top);
    }
    return [...keys, ...[...idle].sort(byName)].map((key) => this.#describe(key));
  }

  /** The living pods of a workload. */
  podsOf(ref: WorkloadRef): readonly Pod[] {
    const key = this.#keyOf(ref);
    return key === undefined ? [] : this.#members(key).filter((pod) => !isFinished(pod));
  }

  /** The pods that live now and bear labels that the selector takes in. */
  selected(namespace: string, selector: LabelSelector): readonly Pod[] {
    return this.#livingPods.matching(namespace, selector);
  }

  /** While a cluster is read there are none, and a new map for each pod would be what most of the time goes into. */
  #forgetDescriptions(): void {
    if (this.#described.size > 0) this.#described = new Map();
  }

  #changed(): void {
    this.#forgetDescriptions();
    this.#version += 1;
  }

  #topOf(pod: Pod): Top {
    const owner = this.#owners.ownerOf(pod);
    return owner !== undefined && isMeant(pod.metadata.owner, owner) ? topOf(owner) : undefined;
  }

  #keyOf({ namespace, kind, name }: WorkloadRef): Owner | Pod | undefined {
    const [plain = "", ...group] = kind.toLowerCase().split(".");
    const named = this.#owners.named(namespace, plain, name).filter((owner) => this.#isWorkload(owner));
    const bare = plain === "pod" && group.length === 0 ? this.#bare.get(`${namespace}/${name}`)?.at(-1) : undefined;
    return (
      named.find((owner) => refOf(owner).kind.toLowerCase() === kind.toLowerCase()) ??
      named.find((owner) => isCustomGroup(owner.apiGroup) && owner.apiGroup === group.join(".")) ??
      bare
    );
  }

  /**
   * A controller of Kubernetes itself is a workload, or part of one, also without pods (scaled to zero, between
   * two runs); a custom object may be anything, so only with pods.
   */
  #isWorkload(owner: Owner): boolean {
    if (topOf(owner) !== owner) return false;
    const isBuiltIn = owner.controller !== undefined && !isCustomGroup(owner.apiGroup);
    return isBuiltIn || this.#members(owner).length > 0 || hasController(owner);
  }

  #members(key: Owner | Pod): readonly Pod[] {
    if ("metadata" in key) return this.#bare.get(`${key.metadata.namespace}/${key.metadata.name}`) ?? [key];
    return [
      ...key.pods.filter((pod) => isMeant(pod.metadata.owner, key)),
      ...[...key.children].filter((child) => isMeant(child.reference, key)).flatMap((child) => this.#members(child)),
    ];
  }

  #describe(key: Owner | Pod): Workload {
    const known = this.#described.get(key);
    if (known !== undefined) return known;
    const ref = "metadata" in key ? podRef(key) : refOf(key);
    const controller = "metadata" in key ? undefined : key.controller;
    const workload = describeWorkload(ref, controller, this.#members(key), (selector) =>
      this.#bearers(ref.namespace, selector),
    );
    this.#described.set(key, workload);
    return workload;
  }

  /** The workloads that bear labels which the selector takes in: on their pods, or where none lives on their template. */
  #bearers(namespace: string, selector: LabelSelector): readonly WorkloadRef[] {
    const ofPods = this.selected(namespace, selector).map((pod) => this.refOf(pod));
    const idle = this.#templates
      .matching(namespace, selector)
      .filter((owner) => topOf(owner) === owner && this.#isIdle(owner));
    return [...ofPods, ...idle.map((owner) => refOf(owner))];
  }

  #isIdle(owner: Owner): boolean {
    return this.#isWorkload(owner) && this.#members(owner).every((pod) => isFinished(pod));
  }
}

/** One of Kubernetes itself below it is a workload's part, so that it is one too. */
function hasController({ children }: Owner): boolean {
  return [...children].some(
    (child) => (child.controller !== undefined && !isCustomGroup(child.apiGroup)) || hasController(child),
  );
}

function podRef({ metadata: { namespace, name } }: Pod): WorkloadRef {
  return { namespace, kind: "Pod", name };
}

function byName(a: Owner, b: Owner): number {
  const [left, right] = [a, b].map(({ namespace, kind, name }) => `${namespace}/${kind}/${name}`);
  return left! < right! ? -1 : 1;
}
