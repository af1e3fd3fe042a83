import type { ApiFault } from "./api-fault.ts";
import type { ApiKind } from "./api-kind.ts";
import type { ApiConnection } from "./connect-api.ts";
import { listKind, type RawObject, type WatchEvent } from "./read-api.ts";
import { defaultPauses, FAILURES_TO_SAY, type Pauses, WatchLoop } from "./watch-loop.ts";

export interface ObjectWatchOptions {
  readonly connection: ApiConnection;
  readonly kind: ApiKind;
  readonly onPresent: (object: RawObject) => void;
  /** By `namespace/name`. */
  readonly onGone: (key: string) => void;
  /** The first list is whole, or one after a break is: what was not in it has been told as gone. */
  readonly onListed: () => void;
  /** Why it can't be followed; undefined when it can be again. Told at each change. */
  readonly onFault: (fault: string | undefined) => void;
  readonly pauses?: Pauses;
}

/**
 * Tells what becomes of the objects of one kind, as the API sends them: a list, and then a watch from where it was.
 * KindWatch does the same for the kinds that the cluster's state is made of, and knows their shapes.
 */
export class ObjectWatch {
  readonly #options: ObjectWatchOptions;
  #known = new Set<string>();
  #fault: string | undefined;

  constructor(options: ObjectWatchOptions) {
    this.#options = options;
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { connection, kind, pauses: { missedMs: _missedMs, ...pauses } = defaultPauses } = this.#options;
    const loop = new WatchLoop({
      connection,
      kind,
      pauses,
      list: (untilAborted) => this.#list(untilAborted),
      onOpen: () => this.#say(undefined),
      onEvent: (event) => this.#hear(event),
      onFault: (fault, failures) => this.#fail(fault, failures),
    });
    await loop.run(signal);
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { connection, kind, onGone, onListed } = this.#options;
    const listed = new Set<string>();
    const onObjects = (objects: readonly RawObject[]): void => {
      if (signal.aborted) return;
      for (const object of objects) listed.add(this.#present(object));
    };
    const version = await listKind(connection, kind, onObjects, signal);
    if (signal.aborted) return version;
    for (const key of this.#known.difference(listed)) onGone(key);
    this.#known = listed;
    this.#say(undefined);
    onListed();
    return version;
  }

  #hear({ type, object }: WatchEvent): void {
    if (type === "BOOKMARK") return;
    if (type !== "DELETED") this.#present(object);
    else if (this.#known.delete(keyOf(object))) this.#options.onGone(keyOf(object));
  }

  #present(object: RawObject): string {
    const key = keyOf(object);
    this.#known.add(key);
    this.#options.onPresent(object);
    return key;
  }

  #fail(fault: ApiFault, failures: number): void {
    const isSaid = fault.isForGood || (!fault.isExpired && failures >= FAILURES_TO_SAY);
    if (isSaid) this.#say(fault.message);
  }

  #say(fault: string | undefined): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    this.#options.onFault(fault);
  }
}

interface Metadata {
  readonly namespace?: string;
  readonly name?: string;
}

function metadataOf(object: RawObject): Metadata {
  return object["metadata"] ?? {};
}

function keyOf(object: RawObject): string {
  const { namespace = "", name = "" } = metadataOf(object);
  return `${namespace}/${name}`;
}
