import type { WorkloadRef } from "../cluster/workload.ts";
import { DecisionBook, tellingStore } from "./decision-book.ts";
import type { Decisions } from "./decisions.ts";
import { ProfileBook } from "./profile-book.ts";
import type { StoredEdge } from "./profile-records.ts";
import { ProfileSaver } from "./profile-saver.ts";
import { ProfileStore } from "./profile-store.ts";

/** Whoever tells other nodes what becomes of what is kept. */
export interface KeptListener {
  /** Edges have changed, and are about to be saved. */
  note(changed: readonly StoredEdge[]): void;
  /** On the disk; undefined where nothing is decided any more. */
  decided(workload: WorkloadRef, decisions: Decisions | undefined): void;
  /** The store could be read only now, and this is its name. */
  restored(observer: string): void;
}

export interface KeepOptions {
  readonly dataDir: string;
  /** Whose own side of each connection is recorded; undefined records both. */
  readonly node: string | undefined;
  readonly onWarning?: (message: string) => void;
  /** Undefined where there is nobody to tell; asked each time, for it may be made later than this. */
  readonly listener: () => KeptListener | undefined;
}

/** What a node has learned and was told, and where that is kept. */
export interface KeptProfiles {
  readonly book: ProfileBook;
  readonly decisions: DecisionBook;
  readonly store: ProfileStore;
  readonly saver: ProfileSaver;
}

/** With all that the store in `dataDir` holds. Throws StoreFault, but not for a disk that is full, read-only or broken. */
export function keepProfiles({ dataDir, node, listener, ...options }: KeepOptions): KeptProfiles {
  const store = new ProfileStore(dataDir, options.onWarning);
  const book = new ProfileBook(node);
  const decisions = new DecisionBook(tellingStore(store, (...decided) => listener()?.decided(...decided)));
  const stored = store.load();
  book.restore(stored);
  decisions.restore(stored.decisions);
  const saver = new ProfileSaver({
    ...options,
    book,
    decisions,
    store,
    onChanged: (changed) => listener()?.note(changed),
    onRestored: () => listener()?.restored(store.observer),
  });
  return { book, decisions, store, saver };
}
