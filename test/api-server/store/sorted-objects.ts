import type { StoredObject } from "./stored-object.ts";

/**
 * The objects of one resource in the order of their keys. Whoever was handed the array keeps that moment: it is
 * copied before the next change, so that pages of one list are cut from one state.
 */
export class SortedObjects {
  #objects: StoredObject[];
  #isShared = false;

  constructor(objects: readonly StoredObject[] = []) {
    this.#objects = [...objects];
  }

  get(key: string): StoredObject | undefined {
    const found = this.#objects[placeOf(this.#objects, key)];
    return found?.key === key ? found : undefined;
  }

  /** The array as it is now, and will stay. */
  all(): readonly StoredObject[] {
    this.#isShared = true;
    return this.#objects;
  }

  set(object: StoredObject): void {
    this.#own();
    const place = placeOf(this.#objects, object.key);
    this.#objects.splice(place, this.#objects[place]?.key === object.key ? 1 : 0, object);
  }

  delete(key: string): void {
    const place = placeOf(this.#objects, key);
    if (this.#objects[place]?.key !== key) return;
    this.#own();
    this.#objects.splice(place, 1);
  }

  #own(): void {
    if (this.#isShared) this.#objects = [...this.#objects];
    this.#isShared = false;
  }
}

/** Where a key is, or would be. */
export function placeOf(objects: readonly StoredObject[], key: string): number {
  const last = objects.at(-1);
  // Objects that are made in order go straight to the end.
  if (last !== undefined && last.key < key) return objects.length;
  let from = 0;
  let to = objects.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((objects[middle]?.key ?? "") < key) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Those of one namespace, or all where it is empty. */
export function ofNamespace(objects: readonly StoredObject[], namespace: string): readonly StoredObject[] {
  if (namespace === "") return objects;
  // "0" is the character behind "/".
  return objects.slice(placeOf(objects, `${namespace}/`), placeOf(objects, `${namespace}0`));
}
