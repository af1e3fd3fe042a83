import { type WorkloadRef, workloadKey } from "../cluster/workload.ts";
import { edgeKey } from "./edge.ts";
import { type Forgetting, isMeant } from "./forgetting.ts";
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
  readonly #onChanged: (changed: readonly StoredEdge[]) => void;
  readonly #unsaved = new Map<string, StoredEdge>();
  #lastSavedMs = 0;
  #fault: string | undefined;

  /** `onChanged` hears of every edge that has changed, each time that there are some. */
  constructor(book: ProfileBook, store: ProfileStore, onChanged: (changed: readonly StoredEdge[]) => void = ignore) {
    this.#book = book;
    this.#store = store;
    this.#onChanged = onChanged;
  }

  /** Why the last attempt failed, if it did. */
  get fault(): string | undefined {
    return this.#fault;
  }

  save(nowMs: number): void {
    try {
      const changed = this.#book.takeChanged();
      for (const stored of changed) {
        this.#unsaved.set(`${workloadKey(stored.workload)} ${stored.shelf} ${edgeKey(stored.edge)}`, stored);
      }
      if (changed.length > 0) this.#onChanged(changed);
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
   * Forgets what began until now, on disk first, and that it was forgotten, so that what is gone can't come back
   * with a late record either; returns the keys of edges forgotten. Throws, and forgets nothing, if the store can't
   * or there is no room for another tombstone.
   */
  forget(workload: WorkloadRef, what: Forgetting, atMs: number): readonly string[] {
    const { namespace, kind, name } = workload;
    const keys = this.#book.keysOf(workload, (edge) => isMeant(edge, what));
    const tombstones = this.#book.tombstones.with({ ...what, workload: { namespace, kind, name }, atMs });
    this.#store.forget(workload, keys, tombstones);
    this.#book.forget(workload, keys);
    this.#book.tombstones.set(workload, tombstones);
    for (const key of keys) {
      this.#unsaved.delete(`${workloadKey(workload)} edges ${key}`);
      this.#unsaved.delete(`${workloadKey(workload)} failed ${key}`);
    }
    return keys;
  }
}

function ignore(): void {
  // Where nobody else keeps what changed.
}
