import type { StoredObject } from "./stored-object.ts";

export interface Change {
  readonly version: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  /** For DELETED the last state, at the version of its deletion. */
  readonly object: StoredObject;
  readonly previous: StoredObject | undefined;
}

/** The latest changes of one resource: what a watch can go on from, and an older list be rebuilt with. */
export class ChangeLog {
  readonly #most: number;
  #changes: Change[] = [];
  #forgotten: number;
  /** The newest change that is no longer here. */
  #dropped = 0;

  constructor(most: number, forgotten: number) {
    this.#most = most;
    this.#forgotten = forgotten;
  }

  /** From versions before this nobody may go on, whether or not anything has changed since. */
  get forgotten(): number {
    return this.#forgotten;
  }

  add(change: Change): void {
    this.#changes.push(change);
    // Twice the bound at most, so that cutting costs little for each change.
    if (this.#changes.length > 2 * this.#most) this.#drop(this.#changes.length - this.#most);
  }

  /** All that came behind a version, oldest first; undefined where some of it is no longer here. */
  since(version: number): readonly Change[] | undefined {
    return version < this.#dropped ? undefined : this.#changes.slice(this.#placeAfter(version));
  }

  forget(upTo: number): void {
    this.#drop(this.#placeAfter(upTo));
    this.#forgotten = Math.max(this.#forgotten, upTo);
  }

  #drop(count: number): void {
    const dropped = this.#changes.splice(0, count).at(-1);
    if (dropped === undefined) return;
    this.#dropped = dropped.version;
    this.#forgotten = Math.max(this.#forgotten, dropped.version);
  }

  #placeAfter(version: number): number {
    let from = 0;
    let to = this.#changes.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#changes[middle]?.version ?? 0) <= version) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
