import { LRUCache } from "lru-cache";
import type { ApiResource } from "../resource/api-resource.ts";
import { type Change, ChangeLog } from "./change-log.ts";
import { SortedObjects } from "./sorted-objects.ts";
import type { StoredObject } from "./stored-object.ts";

/** Older states that were asked for, such as those that lists are being paged through. */
const MOST_OLDER_STATES = 32;

/** All objects of one resource: now, and as far back as the log goes. */
export class Collection {
  readonly resource: ApiResource;
  readonly log: ChangeLog;
  readonly #objects = new SortedObjects();
  readonly #older = new LRUCache<number, readonly StoredObject[]>({ max: MOST_OLDER_STATES });
  readonly #listeners = new Set<() => void>();

  constructor(resource: ApiResource, mostChanges: number, forgotten: number) {
    this.resource = resource;
    this.log = new ChangeLog(mostChanges, forgotten);
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  now(): readonly StoredObject[] {
    return this.#objects.all();
  }

  /** The state at a version; undefined where it is forgotten. */
  at(version: number): readonly StoredObject[] | undefined {
    const changes = version < this.log.forgotten ? undefined : this.log.since(version);
    if (changes === undefined) return undefined;
    if (changes.length === 0) return this.now();
    const known = this.#older.get(version) ?? undo(this.now(), changes);
    this.#older.set(version, known);
    return known;
  }

  apply(change: Change): void {
    if (change.type === "DELETED") this.#objects.delete(change.object.key);
    else this.#objects.set(change.object);
    this.log.add(change);
    this.tell();
  }

  /** Wakes those who follow. */
  tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Calls back when there may be something new; gives a way to stop. */
  follow(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function undo(objects: readonly StoredObject[], changes: readonly Change[]): readonly StoredObject[] {
  const older = new SortedObjects(objects);
  for (const { object, previous } of changes.toReversed())
    if (previous === undefined) older.delete(object.key);
    else older.set(previous);
  return older.all();
}
