/** Several values under one key, and no key without a value. */
export class Lists<V> {
  readonly #lists = new Map<string, V[]>();

  get(key: string): readonly V[] {
    return this.#lists.get(key) ?? [];
  }

  put(key: string, value: V): void {
    const list = this.#lists.get(key);
    if (list === undefined) this.#lists.set(key, [value]);
    else list.push(value);
  }

  /** The first that is meant. */
  take(key: string, isIt: (value: V) => boolean): void {
    const list = this.#lists.get(key);
    const place = list?.findIndex((value) => isIt(value)) ?? -1;
    if (list === undefined || place === -1) return;
    list.splice(place, 1);
    if (list.length === 0) this.#lists.delete(key);
  }
}
