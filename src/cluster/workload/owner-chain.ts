import { apiGroup } from "./api-group.ts";
import type { Controller, Metadata, OwnerReference, Pod } from "../objects.ts";

/** What stands at the top of an owner chain. */
export interface Top {
  readonly namespace: string;
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
  /** The object itself, where it may be read. */
  readonly controller: Controller | undefined;
}

/** Longer chains are cut here; real ones have four links at most (a custom kind, CronJob, Job, Pod). */
const MAX_LINKS = 16;

/**
 * Where a ReplicaSet can't be read, its name still tells whose it is: these two controllers name theirs
 * `OWNER-HASH` and label the pods with that same hash. Nobody else writes the labels, and a hash that stands
 * both in the label and at the end of the name doesn't get there by chance.
 */
const HASH_LABELS = [
  { label: "pod-template-hash", apiVersion: "apps/v1", kind: "Deployment" },
  { label: "rollouts-pod-template-hash", apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" },
] as const;

/** Follows owner references from pods to the controller that nobody controls. */
export class OwnerChains {
  readonly #controllers: ReadonlyMap<string, Controller>;

  constructor(controllers: Iterable<Controller>) {
    this.#controllers = new Map(
      Iterator.from(controllers).map((controller) => [
        controllerKey(apiGroup(controller.apiVersion), controller.kind, controller.metadata),
        controller,
      ]),
    );
  }

  topOfPod(pod: Pod): Top {
    const { namespace, name, owner, labels } = pod.metadata;
    const itself: Top = { namespace, apiGroup: "", kind: "Pod", name, controller: undefined };
    return owner === undefined ? itself : this.#climb(itself, owner, labels);
  }

  topOfController(controller: Controller): Top {
    const { namespace, name, owner } = controller.metadata;
    const itself = { namespace, apiGroup: apiGroup(controller.apiVersion), kind: controller.kind, name, controller };
    return owner === undefined ? itself : this.#climb(itself, owner, {});
  }

  /** A chain that breaks, goes in a circle or leads to another object of that name ends at the last owner known. */
  #climb(start: Top, firstOwner: OwnerReference, podLabels: Metadata["labels"]): Top {
    let top = start;
    let owner: OwnerReference | undefined = firstOwner;
    const climbed = new Set([topKey(start)]);
    while (owner !== undefined && climbed.size <= MAX_LINKS) {
      const next = this.#owner(owner, start.namespace);
      if (next === "another" || climbed.has(topKey(next))) return top;
      climbed.add(topKey(next));
      top = next;
      owner = next.controller === undefined ? ownerByHash(next, podLabels) : next.controller.metadata.owner;
    }
    return top;
  }

  /** The object referred to, or only its name where it can't be read; an owner is in the same namespace or in none. */
  #owner(reference: OwnerReference, namespace: string): Top | "another" {
    const group = apiGroup(reference.apiVersion);
    const { kind, name, uid } = reference;
    const controller =
      this.#controllers.get(controllerKey(group, kind, { namespace, name })) ??
      this.#controllers.get(controllerKey(group, kind, { namespace: "", name }));
    // The same name but another uid: the owner is gone, and this is its successor.
    const uidThere = controller?.metadata.uid;
    if (uid !== undefined && uidThere !== undefined && uid !== uidThere) return "another";
    return { namespace, apiGroup: group, kind, name, controller };
  }
}

function ownerByHash(top: Top, podLabels: Metadata["labels"]): OwnerReference | undefined {
  if (top.kind !== "ReplicaSet" || top.apiGroup !== "apps") return undefined;
  for (const { label, apiVersion, kind } of HASH_LABELS) {
    const ending = `-${podLabels[label] ?? ""}`;
    if (ending.length > 1 && top.name.endsWith(ending))
      return { apiVersion, kind, name: top.name.slice(0, -ending.length), uid: undefined };
  }
  return undefined;
}

function controllerKey(group: string, kind: string, { namespace, name }: Pick<Metadata, "namespace" | "name">): string {
  return `${group}/${kind}/${namespace}/${name}`;
}

/** Tells tops apart, also those of one kind's name in two API groups. */
export function topKey({ apiGroup: group, kind, namespace, name }: Top): string {
  return controllerKey(group, kind, { namespace, name });
}
