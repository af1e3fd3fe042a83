import { type WorkloadRef, workloadKey } from "../cluster/workload.ts";
import { type Edge, edgeKey } from "./edge.ts";
import type { ProfileBook, StoredEdge } from "./profile-book.ts";
import type { ProfileStore } from "./profile-store.ts";

/** How often the window is written where no edge has changed: a quiet node leaves its disk alone. */
const WINDOW_PERIOD_MS = 60_000;

/**
 * Carries what changed in the book to the store. What could not be written waits, one value an edge, and is
 * written with the next that can: a full disk costs nothing but delay.
 */
export class ProfileSaver {
  readonly #book: ProfileBook;
  readonly #store: ProfileStore;
  readonly #unsaved = new Map<string, StoredEdge>();
  #lastSavedMs = 0;
  #fault: string | undefined;

  constructor(book: ProfileBook, store: ProfileStore) {
    this.#book = book;
    this.#store = store;
  }

  /** Why the last attempt failed, if it did. */
  get fault(): string | undefined {
    return this.#fault;
  }

  save(nowMs: number): void {
    try {
      for (const stored of this.#book.takeChanged()) {
        this.#unsaved.set(`${workloadKey(stored.workload)} ${stored.shelf} ${edgeKey(stored.edge)}`, stored);
      }
      if (this.#unsaved.size === 0 && nowMs - this.#lastSavedMs < WINDOW_PERIOD_MS) return;
      this.#store.save([...this.#unsaved.values()], this.#book.window);
      this.#unsaved.clear();
      this.#lastSavedMs = nowMs;
      this.#fault = undefined;
    } catch (error) {
      this.#fault = error instanceof Error ? error.message : String(error);
    }
  }

  /**
   * Forgets the edges that `isMeant` chooses, on disk first, so that what is gone can't come back; returns
   * their keys. Throws, and forgets nothing, if the store can't.
   */
  forget(workload: WorkloadRef, isMeant: (edge: Edge) => boolean): readonly string[] {
    const keys = this.#book.keysOf(workload, isMeant);
    this.#store.forget(workload, keys);
    this.#book.forget(workload, keys);
    for (const key of keys) {
      this.#unsaved.delete(`${workloadKey(workload)} edges ${key}`);
      this.#unsaved.delete(`${workloadKey(workload)} failed ${key}`);
    }
    return keys;
  }
}
