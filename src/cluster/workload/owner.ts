import type { Controller, OwnerReference, Pod } from "../objects.ts";
import type { WorkloadRef } from "../workload.ts";
import { isCustomGroup } from "./api-group.ts";

/** An object that owns pods, directly or through others. It may be known only from what refers to it. */
export interface Owner {
  readonly namespace: string;
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
  /**
   * Its own uid, the present one first, and those that it had while what it owns was there: who deletes a
   * Deployment and makes it again has the same workload.
   */
  uids: readonly string[];
  /** The object itself, while it is there and may be read. */
  controller: Controller | undefined;
  /**
   * Whose it is, as last told: a Job that has been cleaned up before its pods were its CronJob's nevertheless.
   * The chain of parents has no circle.
   */
  reference: OwnerReference | undefined;
  parent: Owner | undefined;
  readonly children: Set<Owner>;
  /** Those whose own reference leads here; finished ones too. */
  readonly pods: Pod[];
  /** All of that kind, name and namespace, of whatever API group: this one among them. */
  readonly namesakes: readonly Owner[];
  /** As it is called where it is a workload: with its group where the kind alone would be another's. */
  readonly plainRef: WorkloadRef;
  readonly groupRef: WorkloadRef;
}

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
 * Names a workload. A custom kind is called by its kind alone (`Rollout`), and with its group behind it
 * (`Job.batch.volcano.sh`) where that would be another's name: a built-in kind's, or that of an owner of the
 * same name whose group comes first in the alphabet. So adding a workload seldom renames another.
 */
export function refOf(owner: Owner): WorkloadRef {
  if (!isCustomGroup(owner.apiGroup)) return owner.plainRef;
  const isTaken = BUILT_IN_KINDS.has(owner.kind) || owner.namesakes.some((other) => goesBefore(other, owner));
  return isTaken ? owner.groupRef : owner.plainRef;
}

function goesBefore(other: Owner, owner: Owner): boolean {
  return other.apiGroup < owner.apiGroup && isCustomGroup(other.apiGroup) && hasDependents(other);
}

export function hasDependents({ pods, children }: Owner): boolean {
  return pods.length > 0 || children.size > 0;
}

/** The controller that nobody controls, above this one; itself where there is none. */
export function topOf(owner: Owner): Owner {
  let top = owner;
  while (top.parent !== undefined && isMeant(top.reference, top.parent)) top = top.parent;
  return top;
}

/** How many owners stand above this one. */
export function linksAbove(owner: Owner): number {
  const { parent, reference } = owner;
  return parent !== undefined && isMeant(reference, parent) ? 1 + linksAbove(parent) : 0;
}

/** The same name but a uid that it never had: the owner that is referred to is gone, and this is another. */
export function isMeant(reference: OwnerReference | undefined, { uids }: Owner): boolean {
  return reference?.uid === undefined || uids.length === 0 || uids.includes(reference.uid);
}
