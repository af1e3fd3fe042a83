import type { Identified } from "./cluster-change.ts";
import { isSame } from "./object/is-same.ts";

/** Somewhere that objects of a kind can be looked for, other than by their names. */
export interface Index<T> {
  put(object: T, nowUs: number): void;
  /** The very object that was put. The one that replaces it has been put before. */
  take(object: T, nowUs: number): void;
}

/** The objects of one type that are there now; what becomes of them is passed on to the indexes. */
export class NamedObjects<T extends Identified> {
  readonly #indexes: readonly Index<T>[];
  readonly #objects = new Map<string, T>();
  #list: readonly T[] | undefined;

  constructor(...indexes: readonly Index<T>[]) {
    this.#indexes = indexes;
  }

  /** In the order in which they came; the same list until something changes. */
  get all(): readonly T[] {
    this.#list ??= [...this.#objects.values()];
    return this.#list;
  }

  /** For kinds without a kind of their own: not for controllers. */
  named(namespace: string, name: string): T | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  put(object: T, nowUs: number): void {
    const key = keyOf(object);
    const former = this.#objects.get(key);
    if (isSame(former, object)) return;
    this.#objects.set(key, object);
    this.#list = undefined;
    for (const index of this.#indexes) index.put(object, nowUs);
    if (former !== undefined) this.#leaveIndexes(former, nowUs);
  }

  take(meant: Identified, nowUs: number): void {
    const key = keyOf(meant);
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    this.#list = undefined;
    this.#leaveIndexes(object, nowUs);
  }

  #leaveIndexes(object: T, nowUs: number): void {
    for (const index of this.#indexes) index.take(object, nowUs);
  }
}

function keyOf({ apiVersion, kind, metadata: { namespace, name } }: Identified): string {
  return kind === undefined ? `${namespace}/${name}` : `${apiVersion}/${kind}/${namespace}/${name}`;
}
