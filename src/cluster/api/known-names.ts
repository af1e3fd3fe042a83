import type { Identified } from "../cluster-change.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ApiKind } from "./api-kind.ts";

type Uid = string | undefined;
type Names = Map<string, Map<string, Uid>>;

/** Kinds that are read as what they are; all others own pods. */
const OWN_TYPES: ReadonlySet<string> = new Set([
  "Pod",
  "Service",
  "EndpointSlice",
  "Namespace",
  "Node",
  "NetworkPolicy",
  "ServiceCIDR",
]);

/**
 * Which objects of a kind were told of, by namespace and name: as much as must be kept to know after a new list
 * which of them have vanished.
 */
export class KnownNames {
  readonly #kind: ApiKind;
  #names: Names = new Map();
  /** Those of the list that is being read. */
  #listed: Names | undefined;

  constructor(kind: ApiKind) {
    this.#kind = kind;
  }

  /** Gives the former object of that name, where it was another. */
  put({ metadata: { namespace, name, uid } }: KubernetesObject): Identified | undefined {
    const isKnown = this.#names.get(namespace)?.has(name) ?? false;
    const former = this.#names.get(namespace)?.get(name);
    set(this.#names, namespace, name, uid);
    if (this.#listed !== undefined) set(this.#listed, namespace, name, uid);
    return isKnown && former !== uid ? this.#identified(namespace, name, former) : undefined;
  }

  delete({ metadata: { namespace, name } }: KubernetesObject): void {
    this.#names.get(namespace)?.delete(name);
  }

  beginList(): void {
    this.#listed = new Map();
  }

  /** Those that were known and are not in the list, which is complete now. */
  endList(): readonly Identified[] {
    const former = this.#names;
    const listed = this.#listed ?? new Map<string, Map<string, Uid>>();
    this.#names = listed;
    this.#listed = undefined;
    return [...former].flatMap(([namespace, names]) =>
      [...names]
        .filter(([name]) => !(listed.get(namespace)?.has(name) ?? false))
        .map(([name, uid]) => this.#identified(namespace, name, uid)),
    );
  }

  #identified(namespace: string, name: string, uid: Uid): Identified {
    const { apiVersion, kind } = this.#kind;
    const metadata = { namespace, name, uid };
    if (!OWN_TYPES.has(kind)) return { type: "Controller", apiVersion, kind, metadata };
    return { type: kind as Exclude<KubernetesObject["type"], "Controller">, metadata };
  }
}

function set(names: Names, namespace: string, name: string, uid: Uid): void {
  const there = names.get(namespace);
  if (there === undefined) names.set(namespace, new Map([[name, uid]]));
  else there.set(name, uid);
}
