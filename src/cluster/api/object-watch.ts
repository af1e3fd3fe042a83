import { setTimeout as sleep } from "node:timers/promises";
import { ApiFault } from "./api-fault.ts";
import type { ApiKind } from "./api-kind.ts";
import type { ApiConnection } from "./connect-api.ts";
import { defaultPauses, type Pauses } from "./kind-watch.ts";
import { listKind, type RawObject, watchKind } from "./read-api.ts";

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

/** One disconnect is the way of the world; after so many in a row it is said. */
const FAILURES_TO_SAY = 2;

/**
 * Tells what becomes of the objects of one kind, as the API sends them: a list, and then a watch from where it was.
 * KindWatch does the same for the kinds that the cluster's state is made of, and knows their shapes.
 */
export class ObjectWatch {
  readonly #options: ObjectWatchOptions;
  #known = new Set<string>();
  #version: string | undefined;
  #failures = 0;
  #fault: string | undefined;

  constructor(options: ObjectWatchOptions) {
    this.#options = options;
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#list(signal);
        await this.#watch(this.#version, signal);
        this.#failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ApiFault)) throw error;
        this.#fail(error);
      }
      await sleep(this.#pauseMs(), undefined, { signal }).catch(() => undefined);
    }
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

  async #watch(version: string, signal: AbortSignal): Promise<void> {
    const { connection, kind, onGone, pauses = defaultPauses } = this.#options;
    const { silentMs } = pauses;
    const options = { resourceVersion: version, silentMs, onOpen: () => this.#say(undefined) };
    for await (const { type, object } of watchKind(connection, kind, options, signal)) {
      if (signal.aborted) return;
      this.#failures = 0;
      this.#version = metadataOf(object).resourceVersion ?? this.#version;
      if (type === "BOOKMARK") continue;
      if (type !== "DELETED") this.#present(object);
      else if (this.#known.delete(keyOf(object))) onGone(keyOf(object));
    }
  }

  #present(object: RawObject): string {
    const key = keyOf(object);
    this.#known.add(key);
    this.#options.onPresent(object);
    return key;
  }

  #fail(fault: ApiFault): void {
    this.#failures += 1;
    if (fault.isExpired || fault.isForGood) this.#version = undefined;
    if (fault.isForGood || this.#failures >= FAILURES_TO_SAY) this.#say(fault.message);
  }

  #say(fault: string | undefined): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    this.#options.onFault(fault);
  }

  #pauseMs(): number {
    const { firstMs, mostMs } = this.#options.pauses ?? defaultPauses;
    const doubled = firstMs * 2 ** Math.max(0, Math.min(this.#failures, 16) - 1);
    return Math.min(mostMs, doubled) * (0.5 + Math.random());
  }
}

interface Metadata {
  readonly namespace?: string;
  readonly name?: string;
  readonly resourceVersion?: string;
}

function metadataOf(object: RawObject): Metadata {
  return object["metadata"] ?? {};
}

function keyOf(object: RawObject): string {
  const { namespace = "", name = "" } = metadataOf(object);
  return `${namespace}/${name}`;
}
