import type { Controller, OwnerReference, Pod } from "../objects.ts";
import { apiGroup, isCustomGroup } from "./api-group.ts";
import { hasDependents, type Owner } from "./owner.ts";

/** Longer chains are cut here; real ones have four links at most (a custom kind, CronJob, Job, Pod). */
const MAX_LINKS = 16;
const MAX_UIDS = 4;

/**
 * Where a ReplicaSet can't be read, its name still tells whose it is: these two controllers name theirs
 * `OWNER-HASH` and label the pods with that same hash. Nobody else writes the labels, and a hash that stands
 * both in the label and at the end of the name doesn't get there by chance.
 */
const HASH_LABELS = [
  { label: "pod-template-hash", apiVersion: "apps/v1", kind: "Deployment" },
  { label: "rollouts-pod-template-hash", apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" },
] as const;

type Named = Pick<OwnerReference, "apiVersion" | "kind" | "name">;

/**
 * Who owns whom, from pods up. An owner stays for as long as something refers to it, whether it can be read,
 * or is there at all, or not. One that is cluster-scoped is known by its name in each namespace, and ends
 * the chain.
 */
export class OwnerTree {
  /** By namespace, kind in lower case and name; several where API groups share a kind's name. */
  readonly #namesakes = new Map<string, Owner[]>();

  /** All that have pods, or parts, or are there themselves. */
  *all(): IteratorObject<Owner, undefined> {
    for (const owners of this.#namesakes.values()) yield* owners;
  }

  /** The kind in any case, without its group. */
  named(namespace: string, kind: string, name: string): readonly Owner[] {
    return this.#namesakes.get(nameKey(namespace, kind, name)) ?? [];
  }

  /** The owner of a pod; undefined where nothing controls it. */
  ownerOf({ metadata: { namespace, owner } }: Pod): Owner | undefined {
    return owner === undefined ? undefined : this.#find(namespace, owner);
  }

  putController(controller: Controller): Owner {
    const { apiVersion, kind, metadata } = controller;
    const owner = this.#findOrAdd(metadata.namespace, { apiVersion, kind, name: metadata.name });
    owner.controller = controller;
    owner.uids = withUid(owner.uids, metadata.uid);
    this.#link(owner, metadata.owner);
    return owner;
  }

  /** The very object that was put: another may have taken its place since. */
  takeController(controller: Controller): Owner | undefined {
    const { apiVersion, kind, metadata } = controller;
    const owner = this.#find(metadata.namespace, { apiVersion, kind, name: metadata.name });
    if (owner?.controller === controller) {
      owner.controller = undefined;
      this.#prune(owner);
    }
    return owner;
  }

  putPod(pod: Pod): Owner | undefined {
    const { namespace, owner: reference, labels } = pod.metadata;
    if (reference === undefined) return undefined;
    const owner = this.#findOrAdd(namespace, reference);
    owner.pods.push(pod);
    if (owner.controller === undefined && owner.reference === undefined) this.#link(owner, ownerByHash(owner, labels));
    return owner;
  }

  takePod(pod: Pod): void {
    const owner = this.ownerOf(pod);
    const place = owner?.pods.indexOf(pod) ?? -1;
    if (owner === undefined || place === -1) return;
    owner.pods.splice(place, 1);
    this.#prune(owner);
  }

  #link(owner: Owner, reference: OwnerReference | undefined): void {
    const former = owner.parent;
    const next = reference === undefined ? undefined : this.#findOrAdd(owner.namespace, reference);
    owner.reference = reference;
    owner.parent = next !== undefined && !leadsTo(next, owner) ? next : undefined;
    owner.parent?.children.add(owner);
    if (former !== undefined && former !== owner.parent) this.#leave(owner, former);
    if (next !== undefined && owner.parent === undefined) this.#prune(next);
  }

  #leave(child: Owner, parent: Owner): void {
    parent.children.delete(child);
    this.#prune(parent);
  }

  /** Forgets an owner that is not there and to which nothing refers any more. */
  #prune(owner: Owner): void {
    if (owner.controller !== undefined || hasDependents(owner)) return;
    const { parent } = owner;
    owner.parent = undefined;
    const key = nameKey(owner.namespace, owner.kind, owner.name);
    const namesakes = this.#namesakes.get(key);
    const place = namesakes?.indexOf(owner) ?? -1;
    if (namesakes === undefined || place === -1) return;
    namesakes.splice(place, 1);
    if (namesakes.length === 0) this.#namesakes.delete(key);
    if (parent !== undefined) this.#leave(owner, parent);
  }

  #find(namespace: string, { apiVersion, kind, name }: Named): Owner | undefined {
    const group = apiGroup(apiVersion);
    return this.named(namespace, kind, name).find((owner) => owner.apiGroup === group && owner.kind === kind);
  }

  #findOrAdd(namespace: string, reference: Named): Owner {
    return this.#find(namespace, reference) ?? this.#add(namespace, reference);
  }

  #add(namespace: string, { apiVersion, kind, name }: Named): Owner {
    const key = nameKey(namespace, kind, name);
    const namesakes = this.#namesakes.get(key) ?? [];
    this.#namesakes.set(key, namesakes);
    const group = apiGroup(apiVersion);
    const owner: Owner = {
      namespace,
      apiGroup: group,
      kind,
      name,
      uids: [],
      controller: undefined,
      reference: undefined,
      parent: undefined,
      children: new Set(),
      pods: [],
      namesakes,
      plainRef: { namespace, kind, name },
      groupRef: { namespace, kind: isCustomGroup(group) ? `${kind}.${group}` : kind, name },
    };
    namesakes.push(owner);
    return owner;
  }
}

function withUid(uids: readonly string[], uid: string | undefined): readonly string[] {
  return uid === undefined || uids[0] === uid
    ? uids
    : [uid, ...uids.filter((other) => other !== uid)].slice(0, MAX_UIDS);
}

/** Whether the chain from `from` upwards meets `owner`, or is too long to know. */
function leadsTo(from: Owner, owner: Owner): boolean {
  let next: Owner | undefined = from;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    if (next === undefined) return false;
    if (next === owner) return true;
    next = next.parent;
  }
  return true;
}

function ownerByHash(
  { kind, apiGroup: group, name }: Owner,
  podLabels: Pod["metadata"]["labels"],
): OwnerReference | undefined {
  if (kind !== "ReplicaSet" || group !== "apps") return undefined;
  for (const { label, apiVersion, kind: ownerKind } of HASH_LABELS) {
    const ending = `-${podLabels[label] ?? ""}`;
    if (ending.length > 1 && name.endsWith(ending))
      return { apiVersion, kind: ownerKind, name: name.slice(0, -ending.length), uid: undefined };
  }
  return undefined;
}

function nameKey(namespace: string, kind: string, name: string): string {
  return `${namespace}/${kind.toLowerCase()}/${name}`;
}
