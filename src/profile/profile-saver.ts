import { type WorkloadRef, workloadKey } from "../cluster/workload.ts";
import type { DecisionBook } from "./decision-book.ts";
import { edgeKey } from "./edge.ts";
import { type Forgetting, isMeantBy } from "./forgetting.ts";
import type { ProfileBook } from "./profile-book.ts";
import type { StoredEdge } from "./profile-records.ts";
import type { ProfileStore } from "./profile-store.ts";
import { faultKind } from "./store-fault.ts";
import type { Stored } from "./stored.ts";

/** How often the window is written where no edge has changed: a quiet node leaves its disk alone. */
const WINDOW_PERIOD_MS = 60_000;

export interface SaverParts {
  readonly book: ProfileBook;
  readonly decisions: Pick<DecisionBook, "list" | "restore">;
  readonly store: ProfileStore;
  /** Told when saving begins to fail, and when it works again. */
  readonly onWarning?: (message: string) => void;
  /** Hears of every edge that has changed, each time that there are some. */
  readonly onChanged?: (changed: readonly StoredEdge[]) => void;
  /** The store could not be read at the start, and what it holds has been added to the books now. */
  readonly onRestored?: () => void;
}

/**
 * Carries what changed in the book to the store. What could not be written waits, one value an edge, and is
 * written with the next that can: a full disk costs nothing but delay. Memory is the truth while weir runs: a store
 * that turns out to be damaged or gone is made anew from it.
 */
export class ProfileSaver {
  readonly #book: ProfileBook;
  readonly #decisions: SaverParts["decisions"];
  readonly #store: ProfileStore;
  readonly #onWarning: (message: string) => void;
  readonly #onChanged: (changed: readonly StoredEdge[]) => void;
  readonly #onRestored: () => void;
  readonly #unsaved = new Map<string, StoredEdge>();
  #lastSavedMs = 0;
  #restartsSaved = 0;
  #fault: string | undefined;
  #hasFinished = false;

  constructor({ book, decisions, store, onWarning = ignore, onChanged = ignore, onRestored = ignore }: SaverParts) {
    this.#book = book;
    this.#decisions = decisions;
    this.#store = store;
    this.#onWarning = onWarning;
    this.#onChanged = onChanged;
    this.#onRestored = onRestored;
  }

  /** Why the last attempt failed, if it did. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Whether what is learned is kept, in words for who watches weir. */
  get detail(): string {
    const { damaged } = this.#store;
    const said = this.#fault ?? "saved";
    return damaged.length === 0 ? said : `${said}; damaged stores lie beside it: ${damaged.join(", ")}`;
  }

  /** Before anything of the book is shown: what was shown is on disk, as long as there is no fault. */
  keep(nowMs: number): void {
    if (this.#fault === undefined && !this.#hasFinished) this.save(nowMs);
  }

  /** What has changed; the window alone only now and then. */
  save(nowMs: number): void {
    this.#orSay(() => {
      this.#takeChanged();
      const isQuiet = this.#unsaved.size === 0 && this.#restarts === this.#restartsSaved;
      if (!isQuiet || nowMs - this.#lastSavedMs >= WINDOW_PERIOD_MS) this.#writeAll(nowMs);
    });
  }

  /** The last time: until when it was watched too, and nothing is learned after it. */
  finish(nowMs: number): void {
    this.#orSay(() => {
      this.#takeChanged();
      this.#writeAll(nowMs);
    });
    this.#hasFinished = true;
  }

  /**
   * Forgets what began until now, on disk first, and that it was forgotten, so that what is gone can't come back
   * with a late record either; returns the keys of edges forgotten. Throws, and forgets nothing, if the store can't
   * or there is no room for another tombstone.
   */
  forget(workload: WorkloadRef, what: Forgetting, atMs: number): readonly string[] {
    const { namespace, kind, name } = workload;
    const tombstone = { ...what, workload: { namespace, kind, name }, atMs };
    const places = this.#book.placesOf(workload, (edge) => isMeantBy(edge, tombstone));
    const tombstones = this.#book.tombstones.with(tombstone);
    this.#store.forget(workload, places, tombstones);
    this.#book.forget(workload, places);
    this.#book.tombstones.set(workload, tombstones);
    for (const { shelf, key } of places) this.#unsaved.delete(`${workloadKey(workload)} ${shelf} ${key}`);
    return [...new Set(places.map(({ key }) => key))];
  }

  get #restarts(): number {
    return this.#book.window.losses?.restarts ?? 0;
  }

  #takeChanged(): void {
    const changed = this.#book.takeChanged();
    this.#gather(changed);
    if (changed.length > 0) this.#onChanged(changed);
  }

  #gather(edges: readonly StoredEdge[]): void {
    for (const stored of edges)
      this.#unsaved.set(`${workloadKey(stored.workload)} ${stored.shelf} ${edgeKey(stored.edge)}`, stored);
  }

  /** The disk takes writes again, or the file is no longer there. */
  #begin(): void {
    if (this.#store.isOpen) return this.#store.renew(this.#everything(), "the file was taken away");
    const { hasLoaded } = this.#store;
    this.#store.open(hasLoaded ? () => this.#everything() : undefined);
    if (!hasLoaded) this.#restore();
    this.#gather(this.#book.stored());
  }

  #restore(): void {
    const stored = this.#store.load();
    this.#book.restore(stored);
    this.#decisions.restore(stored.decisions);
    this.#onRestored();
  }

  #writeAll(nowMs: number): void {
    if (!this.#store.isInPlace) this.#begin();
    this.#write();
    this.#unsaved.clear();
    this.#lastSavedMs = nowMs;
    this.#restartsSaved = this.#restarts;
    this.#say(undefined);
  }

  /** A page may turn out to be damaged only now that it is needed. */
  #write(): void {
    try {
      this.#store.save([...this.#unsaved.values()], this.#book.window);
    } catch (error) {
      if (faultKind(error) !== "damage") throw error;
      this.#store.renew(this.#everything(), (error as Error).message);
    }
  }

  #everything(): Stored {
    const { window, tombstones } = this.#book;
    const { observer } = this.#store;
    const edges = this.#book.stored();
    return { edges, window, decisions: this.#decisions.list(), tombstones: tombstones.all(), observer };
  }

  #orSay(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error));
    }
  }

  #say(fault: string | undefined): void {
    if (fault !== this.#fault) this.#onWarning(fault === undefined ? "saved again" : `not saved: ${fault}`);
    this.#fault = fault;
  }
}

function ignore(): void {
  // Where nobody else wants to know.
}
