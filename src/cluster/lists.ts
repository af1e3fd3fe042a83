/** Several values under one key, and no key without a value. */
export class Lists<V> {
  readonly #lists = new Map<string, readonly V[]>();

  get(key: string): readonly V[] {
    return this.#lists.get(key) ?? [];
  }

  put(key: string, value: V): void {
    this.#lists.set(key, [...this.get(key), value]);
  }

  take(key: string, isIt: (value: V) => boolean): void {
    const others = this.get(key).filter((value) => !isIt(value));
    if (others.length > 0) this.#lists.set(key, others);
    else this.#lists.delete(key);
  }
}
