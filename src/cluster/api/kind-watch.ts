import { setTimeout as sleep } from "node:timers/promises";
import { FieldFault, rootField } from "../object/field.ts";
import { parseObjects } from "../object/parse-object.ts";
import type { KubernetesObject } from "../objects.ts";
import { ApiFault } from "./api-fault.ts";
import type { ApiKind } from "./api-kind.ts";
import type { ApiConnection } from "./connect-api.ts";
import { listKind, type RawObject, watchKind } from "./read-api.ts";

/** How long to wait before asking again: doubled from the first to the most, and a little by chance. */
export interface Pauses {
  readonly firstMs: number;
  readonly mostMs: number;
  /** For a kind that may not be read: rights may be given later. */
  readonly missedMs: number;
}

export const defaultPauses: Pauses = { firstMs: 500, mostMs: 30_000, missedMs: 60_000 };

/** What became of following a kind. While it fails or is missed, what was known last goes on to hold. */
export type KindState =
  { readonly kind: "starting" | "known" } | { readonly kind: "missed" | "failing"; readonly reason: string };

export interface KindWatchOptions {
  readonly connection: ApiConnection;
  readonly pauses: Pauses;
  /** Objects or the state have changed. */
  readonly onChange: () => void;
  /** An object of a shape that the API should not have: it is left out. */
  readonly onUnreadable: (kind: ApiKind, problem: string) => void;
}

/** One disconnect is the way of the world; after so many in a row it is said. */
const FAILURES_TO_SAY = 2;

/** All objects of one kind, kept as they are: a list, and then a watch from where it was. */
export class KindWatch {
  readonly kind: ApiKind;
  readonly #options: KindWatchOptions;
  #objects = new Map<string, KubernetesObject>();
  #gone: KubernetesObject[] = [];
  /** Undefined where a list must come first. */
  #version: string | undefined;
  #failures = 0;
  #state: KindState = { kind: "starting" };

  constructor(kind: ApiKind, options: KindWatchOptions) {
    this.kind = kind;
    this.#options = options;
  }

  get state(): KindState {
    return this.#state;
  }

  /**
   * What there is, and what has gone since this was last asked: a pod that came and went in between had its
   * address nevertheless.
   */
  take(): { readonly objects: Iterable<KubernetesObject>; readonly gone: readonly KubernetesObject[] } {
    const gone = this.#gone;
    this.#gone = [];
    return { objects: this.#objects.values(), gone };
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

  /** The old objects hold until the list is complete. */
  async #list(signal: AbortSignal): Promise<string> {
    const listed = new Map<string, KubernetesObject>();
    const version = await listKind(
      this.#options.connection,
      this.kind,
      (raw) => {
        const object = this.#read(raw);
        if (object !== undefined) listed.set(keyOf(object), object);
      },
      signal,
    );
    this.#objects = listed;
    this.#succeed();
    return version;
  }

  async #watch(version: string, signal: AbortSignal): Promise<void> {
    const { connection, onChange } = this.#options;
    for await (const { type, object: raw } of watchKind(
      connection,
      this.kind,
      version,
      () => this.#succeed(),
      signal,
    )) {
      this.#failures = 0;
      this.#version = versionOf(raw) ?? this.#version;
      if (type === "BOOKMARK") continue;
      const object = this.#read(raw);
      if (object === undefined) continue;
      if (type === "DELETED") this.#remove(object);
      else this.#objects.set(keyOf(object), object);
      onChange();
    }
  }

  #remove(object: KubernetesObject): void {
    this.#objects.delete(keyOf(object));
    if (object.type === "Pod") this.#gone.push(object);
  }

  #read(raw: RawObject): KubernetesObject | undefined {
    const { apiVersion, kind } = this.kind;
    try {
      return parseObjects(rootField({ ...raw, apiVersion, kind }))[0];
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      this.#options.onUnreadable(this.kind, error.message);
      return undefined;
    }
  }

  /** The server answered. Pauses go on to grow until a watch has shown that it works. */
  #succeed(): void {
    this.#state = { kind: "known" };
    this.#options.onChange();
  }

  #fail(fault: ApiFault): void {
    this.#failures += 1;
    if (fault.isExpired || fault.isForGood) this.#version = undefined;
    if (fault.isForGood) this.#state = { kind: "missed", reason: fault.message };
    else if (this.#failures >= FAILURES_TO_SAY) this.#state = { kind: "failing", reason: fault.message };
    this.#options.onChange();
  }

  #pauseMs(): number {
    const { firstMs, mostMs, missedMs } = this.#options.pauses;
    const doubled = firstMs * 2 ** Math.max(0, Math.min(this.#failures, 16) - 1);
    const pauseMs = this.#state.kind === "missed" ? missedMs : Math.min(mostMs, doubled);
    return pauseMs * (0.5 + Math.random());
  }
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function versionOf(raw: RawObject): string | undefined {
  return (raw["metadata"] as { readonly resourceVersion?: string } | undefined)?.resourceVersion;
}
