import type { ApiResource } from "../resource/api-resource.ts";
import type { ApiObject } from "./api-object.ts";
import { Collection } from "./collection.ts";
import { keyOf, parseStored, type StoredObject, storedObject } from "./stored-object.ts";

/** Where a new server begins to count: etcd's revision is never 0. */
const FIRST_VERSION = 100;

/** What etcd is to an API server: objects under keys, and one version that every change moves on. */
export class ObjectStore {
  readonly #collections = new Map<string, Collection>();
  readonly #mostChanges: number;
  #version = FIRST_VERSION;

  /** `mostChanges` are remembered of each resource. */
  constructor(mostChanges: number) {
    this.#mostChanges = mostChanges;
  }

  get version(): number {
    return this.#version;
  }

  collection(resource: ApiResource): Collection {
    const known = this.#collections.get(resource.id);
    if (known !== undefined) return known;
    const made = new Collection(resource, this.#mostChanges, FIRST_VERSION);
    this.#collections.set(resource.id, made);
    return made;
  }

  collections(): readonly Collection[] {
    return [...this.#collections.values()];
  }

  get(resource: ApiResource, namespace: string, name: string): StoredObject | undefined {
    return this.collection(resource).get(keyOf(namespace, name));
  }

  /** Stores the object whole, as a new one or over the old; its version is written into it. */
  put(resource: ApiResource, object: ApiObject): StoredObject {
    const collection = this.collection(resource);
    const next = this.#next(resource, object);
    const previous = collection.get(next.key);
    const type = previous === undefined ? "ADDED" : "MODIFIED";
    collection.apply({ version: next.version, type, object: next, previous });
    return next;
  }

  remove(resource: ApiResource, stored: StoredObject): StoredObject {
    const last = this.#next(resource, parseStored(stored));
    this.collection(resource).apply({ version: last.version, type: "DELETED", object: last, previous: stored });
    return last;
  }

  /** Moves the version on without a change, as writes of other kinds do. */
  advance(): void {
    this.#version += 1;
  }

  /** As etcd's compaction: from now on nobody goes on from an earlier version, nor reads an older state. */
  forget(): void {
    this.advance();
    for (const collection of this.#collections.values()) collection.log.forget(this.#version);
  }

  /** Wakes everybody who follows anything. */
  tell(): void {
    for (const collection of this.#collections.values()) collection.tell();
  }

  #next(resource: ApiResource, object: ApiObject): StoredObject {
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    return storedObject(resource, { ...object, metadata }, this.#version);
  }
}
