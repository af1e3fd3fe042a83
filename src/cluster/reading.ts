import type { ClusterChange } from "./cluster-change.ts";
import { isSame } from "./object/is-same.ts";
import type { KubernetesObject } from "./objects.ts";
import { podKey } from "./address/pod-life.ts";

/** A whole state after the other goes in; out comes what changed between them. */
export class Reading {
  #objects: ReadonlyMap<string, KubernetesObject> = new Map();

  /** An object that is told twice (in two files) counts once, as told last. */
  next(objects: Iterable<KubernetesObject>): readonly ClusterChange[] {
    const former = this.#objects;
    const present = new Map(Iterator.from(objects).map((object) => [keyOf(object), object]));
    this.#objects = present;
    const changes: ClusterChange[] = [];
    // Those that have gone come first: an address may be handed on from one to the other.
    for (const [key, object] of former) if (!present.has(key)) changes.push({ kind: "gone", object });
    for (const [key, object] of present)
      if (!isSame(former.get(key), object)) changes.push({ kind: "present", object });
    return changes;
  }
}

/** Two pods in turn may bear one name, and snapshots of two moments may hold them both. */
function keyOf(object: KubernetesObject): string {
  if (object.type === "Pod") return `Pod/${podKey(object)}`;
  const { namespace, name } = object.metadata;
  const kind = object.type === "Controller" ? `${object.apiVersion}/${object.kind}` : object.type;
  return `${kind}/${namespace}/${name}`;
}
