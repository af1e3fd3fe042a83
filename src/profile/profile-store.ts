import { randomBytes } from "node:crypto";
import { linkSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { WorkloadRef } from "../cluster/workload.ts";
import type { DecisionStore, StoredDecisions } from "./decision-book.ts";
import type { Tombstone } from "./forgetting.ts";
import type { Window } from "./observed-window.ts";
import type { StoredEdge } from "./profile-records.ts";
import type { Place } from "./profile-record.ts";
import { listSetAside, setAside } from "./set-aside.ts";
import { faultKind, toStoreFault } from "./store-fault.ts";
import { makeDatabase, makeFolder, openDatabase, readCopy, salvage } from "./store-file.ts";
import { StoreRows } from "./store-rows.ts";
import { NOTHING_STORED, type Stored } from "./stored.ts";

/**
 * Profiles on this node's disk, in SQLite. What `save` was given is on the disk's side of a process crash
 * when it returns (write-ahead log): kill -9 loses nothing older than the last call. A damaged file is set aside and a
 * new one takes its place, with all that could be read; a disk that takes nothing leaves the store closed, until `open`.
 * docs/reliability.md
 */
export class ProfileStore implements DecisionStore {
  readonly #file: string;
  readonly #onWarning: (message: string) => void;
  #rows: StoreRows | undefined;
  /** Of the file that `#rows` writes, whatever lies under its name now. */
  #inode: number | undefined;
  #damaged: readonly string[] = [];
  #hasLoaded = false;
  #observer: string | undefined;
  #isClosed = false;

  /** Opens or makes `weir.db` in the folder; throws StoreFault, but not for a disk that is full, read-only or broken. */
  constructor(folder: string, onWarning: (message: string) => void = () => undefined) {
    this.#file = join(folder, "weir.db");
    this.#onWarning = onWarning;
    try {
      this.open();
    } catch (error) {
      const fault = toStoreFault(this.#file, error);
      if (faultKind(error) !== "disk") throw fault;
      onWarning(fault.message);
    }
  }

  get isOpen(): boolean {
    return this.#rows !== undefined;
  }

  /** Whether what is saved lands in the file that the next start will read. */
  get isInPlace(): boolean {
    return this.#rows !== undefined && inodeOf(this.#file) === this.#inode;
  }

  /** Whether `load` has told all that could be read. */
  get hasLoaded(): boolean {
    return this.#hasLoaded;
  }

  /**
   * What names this store, and no other: it is made with it, and survives damage that leaves it readable. As long as the
   * disk gives nothing it is a new one, which a new store gets; one that turns out to be there has its own.
   */
  get observer(): string {
    return (this.#observer ??= randomBytes(8).toString("hex"));
  }

  /** Names of the damaged stores that lie beside this one. */
  get damaged(): readonly string[] {
    return this.#damaged;
  }

  /** Throws what faultKind knows; a damaged file gives way to a new one of `known`. */
  open(known: () => Stored = () => salvage(this.#file)): void {
    if (this.#isClosed) throw new Error("the store is closed");
    makeFolder(resolve(dirname(this.#file)));
    if (inodeOf(this.#file) === undefined) this.#make();
    try {
      this.#use();
    } catch (error) {
      if (faultKind(error) !== "damage") throw error;
      this.renew(known(), (error as Error).message);
    }
  }

  /** All that is kept and can be read: nothing, and not `hasLoaded`, where the disk gives nothing. */
  load(): Stored {
    if (this.#rows === undefined) {
      const copied = readCopy(this.#file);
      this.#hasLoaded = copied !== undefined;
      this.#observer = copied?.observer ?? this.#observer;
      return copied ?? NOTHING_STORED;
    }
    this.#hasLoaded = true;
    const { stored, damage } = this.#rows.read();
    if (damage !== undefined) this.#tryToRenew(stored, damage);
    return stored;
  }

  /** Puts a new file that holds `stored` in the place of the one that is damaged, gone or no longer ours. */
  renew(stored: Stored, damage: string): void {
    this.#rows?.close();
    this.#rows = undefined;
    if (inodeOf(this.#file) !== undefined) refuseIfHeld(this.#file);
    const made = makeDatabase(this.#file, { ...stored, observer: stored.observer ?? this.#observer });
    const aside = setAside(this.#file, Date.now());
    renameSync(made, this.#file);
    this.#use();
    const { edges, decisions, tombstones } = stored;
    const kept = `${edges.length} edges, ${decisions.length} decisions and ${tombstones.length} forgettings`;
    const where = aside === undefined ? "" : `; it is kept as ${basename(aside)}`;
    this.#onWarning(`${this.#file}: ${damage}${where}; a new store has begun with ${kept}`);
  }

  /** All or nothing. */
  save(edges: readonly StoredEdge[], window: Readonly<Window>): void {
    this.#opened().save(edges, window);
  }

  /** Edges away, and that they were forgotten, in one step: `tombstones` are all of the workload. */
  forget(workload: WorkloadRef, places: readonly Place[], tombstones: readonly Tombstone[]): void {
    this.#opened().forget(workload, places, tombstones);
  }

  saveDecisions(stored: StoredDecisions): void {
    this.#opened().saveDecisions(stored);
  }

  deleteDecisions(workload: WorkloadRef): void {
    this.#opened().deleteDecisions(workload);
  }

  close(): void {
    this.#isClosed = true;
    this.#rows?.close();
    this.#rows = undefined;
  }

  #opened(): StoreRows {
    if (this.#rows === undefined) throw new Error(`${this.#file}: the disk takes no writes`);
    return this.#rows;
  }

  #use(): void {
    this.#rows = new StoreRows(openDatabase(this.#file));
    this.#observer = this.#rows.observer;
    this.#inode = inodeOf(this.#file);
    this.#damaged = listSetAside(this.#file).map((file) => basename(file));
  }

  /** Unless another has been quicker. */
  #make(): void {
    const made = makeDatabase(this.#file, { ...NOTHING_STORED, observer: this.#observer });
    try {
      linkSync(made, this.#file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") return;
      renameSync(made, this.#file); // on a file system without links nobody is quicker
    } finally {
      rmSync(made, { force: true });
    }
  }

  /** What was read is in memory: where no new file can be made either, it waits there. */
  #tryToRenew(stored: Stored, damage: string): void {
    try {
      this.renew(stored, damage);
    } catch (error) {
      this.#onWarning(`${this.#file}: ${damage}; no new store can be made: ${(error as Error).message}`);
    }
  }
}

function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}

/** Another weir's store is not set aside. */
function refuseIfHeld(file: string): void {
  try {
    openDatabase(file).close();
  } catch (error) {
    if (faultKind(error) === "held") throw error;
  }
}
