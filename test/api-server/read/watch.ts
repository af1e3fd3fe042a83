import type { Answer } from "../http/answer.ts";
import { type ApiStatus, expired, tooLargeVersion } from "../http/api-status.ts";
import { apiVersionOf } from "../resource/api-resource.ts";
import { isSelected, type Selection } from "../select/selection.ts";
import type { Change } from "../store/change-log.ts";
import type { Collection } from "../store/collection.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { ofNamespace } from "../store/sorted-objects.ts";
import type { StoredObject } from "../store/stored-object.ts";
import { tableOf } from "../table/table-of.ts";
import type { WatchOptions } from "./list-options.ts";
import { shapeObject, type ShapeOptions } from "./shape.ts";

export interface WatchSource {
  readonly store: ObjectStore;
  readonly collection: Collection;
  readonly selection: Selection;
  readonly options: WatchOptions;
  readonly shape: ShapeOptions;
}

interface Event {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: StoredObject;
}

/** KEP-3157: tells a client of `sendInitialEvents` that it has seen the state whole. */
const INITIAL_EVENTS_END = { "k8s.io/initial-events-end": "true" };

/**
 * One client that watches. It holds nothing back for a slow reader but a place in the log: one that falls behind
 * what the log remembers is told 410, as the API server drops slow watchers.
 */
export class Watch {
  readonly #source: WatchSource;
  readonly #answer: Answer;
  #initial: readonly StoredObject[] = [];
  #initialSent = 0;
  #owesInitialEnd = false;
  /** All changes up to this version were sent. */
  #cursor = 0;
  #isBlocked = false;
  #hasEnded = false;
  #hasColumns = false;

  constructor(source: WatchSource, answer: Answer) {
    this.#source = source;
    this.#answer = answer;
  }

  /** Sends headers and what is to be sent at once; then goes on until ended. */
  start(): void {
    const { response, out } = this.#answer;
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    out.on("drain", () => {
      this.#isBlocked = false;
      this.pump();
    });
    this.#place();
    this.pump();
  }

  /** The rules of "Resource versions", table for watches. */
  #place(): void {
    const { store, collection, selection, options } = this.#source;
    const { resourceVersion = 0, sendsInitialEvents } = options;
    if (sendsInitialEvents === true && resourceVersion > store.version)
      return this.#fail(tooLargeVersion(resourceVersion, store.version));
    const isFromStart = sendsInitialEvents ?? resourceVersion === 0;
    if (isFromStart) {
      this.#initial = ofNamespace(collection.now(), selection.namespace);
      this.#owesInitialEnd = sendsInitialEvents === true && options.allowsBookmarks;
    }
    this.#cursor = isFromStart || resourceVersion === 0 ? store.version : resourceVersion;
    if (this.#cursor < collection.log.forgotten) this.#fail(this.#tooOld);
  }

  get #tooOld(): ApiStatus {
    return expired(`too old resource version: ${this.#cursor} (${this.#source.collection.log.forgotten})`);
  }

  /** Sends all that is new, as far as the reader takes it. */
  pump(): void {
    while (this.#initialSent < this.#initial.length) {
      if (this.#isStopped) return;
      const object = this.#initial[this.#initialSent];
      this.#initialSent += 1;
      if (object !== undefined && isSelected(this.#source.selection, object)) this.#send({ type: "ADDED", object });
    }
    if (this.#owesInitialEnd && !this.#isStopped) {
      this.#owesInitialEnd = false;
      this.#writeBookmark(this.#cursor, INITIAL_EVENTS_END);
    }
    this.#pumpChanges();
  }

  #pumpChanges(): void {
    if (this.#isStopped) return;
    // What was forgotten is no matter to who had seen it.
    const changes = this.#source.collection.log.since(this.#cursor);
    if (changes === undefined) return this.#fail(this.#tooOld);
    for (const change of changes) {
      if (this.#isStopped) return;
      this.#cursor = change.version;
      const event = this.#eventOf(change);
      if (event !== undefined) this.#send(event);
    }
  }

  /** A bookmark says that everything up to its version was sent: none goes to a reader who is behind. */
  bookmark(): void {
    this.pump();
    if (this.#isStopped || !this.#source.options.allowsBookmarks) return;
    this.#cursor = Math.max(this.#cursor, this.#source.store.version);
    this.#writeBookmark(this.#cursor);
  }

  /** In order, as servers do after some time, or by cutting the connection. */
  end(how: "in order" | "cut" | "in the middle of a line"): void {
    const { response, out } = this.#answer;
    this.#hasEnded = true;
    if (how === "in order") out.end();
    else if (how === "cut") response.destroy();
    else response.write('{"type":"ADDED","object":{"metadata":{"na', () => response.destroy());
  }

  get #isStopped(): boolean {
    return this.#isBlocked || this.#hasEnded;
  }

  /** An object that leaves the selection is DELETED for this client: its last selected state, at the new version. */
  #eventOf({ type, object, previous, version }: Change): Event | undefined {
    const { selection } = this.#source;
    const was = previous !== undefined && isSelected(selection, previous);
    if (type === "DELETED") return was ? { type, object } : undefined;
    const is = isSelected(selection, object);
    if (is) return { type: was ? "MODIFIED" : "ADDED", object };
    return was ? { type: "DELETED", object: atVersion(previous, version) } : undefined;
  }

  #send({ type, object }: Event): void {
    const shape = this.#shapeOf(object);
    this.#write(Buffer.concat([Buffer.from(`{"type":"${type}","object":`), shape, LINE_END]));
  }

  #shapeOf(object: StoredObject): Buffer {
    const shaped = shapeObject(object, this.#source.shape);
    if (this.#source.shape.representation.kind !== "table") return shaped;
    // Columns are told once; a client that has them does not need them again.
    if (!this.#hasColumns) {
      this.#hasColumns = true;
      return shaped;
    }
    return Buffer.from(JSON.stringify({ ...(JSON.parse(shaped.toString()) as object), columnDefinitions: [] }));
  }

  #writeBookmark(version: number, annotations?: Readonly<Record<string, string>>): void {
    const { resource, representation, table } = this.#source.shape;
    const metadata = { resourceVersion: String(version), ...(annotations && { annotations }) };
    const head = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata };
    const partial = { ...head, kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1" };
    const object = { object: head, partial, table: tableOf(resource, [], metadata, table) }[representation.kind];
    this.#write(Buffer.from(`${JSON.stringify({ type: "BOOKMARK", object })}\n`));
  }

  #fail(status: ApiStatus): void {
    this.#write(Buffer.from(`${JSON.stringify({ type: "ERROR", object: status.body })}\n`));
    this.end("in order");
  }

  #write(line: Buffer): void {
    if (!this.#answer.out.write(line)) this.#isBlocked = true;
  }
}

const LINE_END = Buffer.from("}\n");

/** The same object with another version written over its own; both are plain digits. */
function atVersion(object: StoredObject, version: number): StoredObject {
  const json = object.json
    .toString()
    .replace(`"resourceVersion":"${object.version}"`, `"resourceVersion":"${version}"`);
  return { ...object, version, json: Buffer.from(json) };
}
