import { FieldFault, rootField } from "../object/field.ts";
import { parseObjects } from "../object/parse-object.ts";
import { SharedParts } from "../object/shared-parts.ts";
import type { ClusterChange } from "../cluster-change.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ApiFault } from "./api-fault.ts";
import type { ApiKind } from "./api-kind.ts";
import type { ApiConnection } from "./connect-api.ts";
import { KnownNames } from "./known-names.ts";
import { listKind, type RawObject, type WatchEvent } from "./read-api.ts";
import type { Turns } from "./turns.ts";
import { FAILURES_TO_SAY, type Pauses, WatchLoop } from "./watch-loop.ts";

/** What became of following a kind. While it fails or is missed, what was known last goes on to hold. */
export type KindState =
  /** `absent`: the server does not have that kind, and need not. */
  { readonly kind: "starting" | "known" | "absent" } | { readonly kind: "missed" | "failing"; readonly reason: string };

export interface KindWatchOptions {
  readonly connection: ApiConnection;
  readonly pauses: Pauses;
  /** Lists are read one after the other: what many at once leave behind in the heap stays with it. */
  readonly lists: Turns;
  readonly nowUs: () => number;
  readonly newsLagUs: number;
  readonly onChanges: (changes: readonly ClusterChange[]) => void;
  /** `state` is another. */
  readonly onState: () => void;
  /** An object of a shape that the API should not have: it is left out. */
  readonly onUnreadable: (kind: ApiKind, problem: string) => void;
}

/** Tells what becomes of all objects of one kind: a list, some at a time, and then a watch from where it was. */
export class KindWatch {
  readonly kind: ApiKind;
  readonly #options: KindWatchOptions;
  readonly #known: KnownNames;
  readonly #shared = new SharedParts();
  /** When the server was last heard: what vanished was there until then, but for news that was on its way. */
  #heardUs = -Infinity;
  #troubledSinceUs: number | undefined;
  #state: KindState = { kind: "starting" };

  constructor(kind: ApiKind, options: KindWatchOptions) {
    this.kind = kind;
    this.#options = options;
    this.#known = new KnownNames(kind);
  }

  /**
   * Since when it has not been followed, though it may be; undefined while it is, and while it was not yet. Of pods
   * also where the right to read them was taken away: whoever had an address then may have given it on since.
   */
  get troubledSinceUs(): number | undefined {
    const { kind } = this.#state;
    const isGivenUp = kind === "missed" || kind === "absent";
    const isStale = this.kind.kind === "Pod" && this.#heardUs > -Infinity;
    return isGivenUp && !isStale ? undefined : this.#troubledSinceUs;
  }

  get state(): KindState {
    return this.#state;
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { connection, pauses, lists } = this.#options;
    const loop = new WatchLoop({
      connection,
      kind: this.kind,
      pauses,
      list: (untilAborted) => lists.take(() => this.#list(untilAborted)),
      onOpen: () => this.#succeed(),
      onEvent: (event) => this.#hear(event),
      onFault: (fault, failures) => this.#fail(fault, failures),
    });
    await loop.run(signal);
  }

  /** What is not in the list any more is told as vanished when the list is complete. */
  async #list(signal: AbortSignal): Promise<string> {
    const { connection, onChanges } = this.#options;
    const seenUs = this.#heardUs - this.#options.newsLagUs;
    this.#known.beginList();
    const onObjects = (objects: readonly RawObject[]): void => onChanges(objects.flatMap((raw) => this.#present(raw)));
    const version = await listKind(connection, this.kind, onObjects, signal);
    onChanges(this.#known.endList().map((object) => ({ kind: "vanished", object, seenUs })));
    if (this.kind.kind === "Pod") onChanges([{ kind: "missed pods", sinceUs: seenUs }]);
    this.#heard();
    this.#succeed();
    return version;
  }

  #hear({ type, object: raw }: WatchEvent): void {
    this.#heard();
    if (type !== "BOOKMARK") this.#options.onChanges(type === "DELETED" ? this.#gone(raw) : this.#present(raw));
  }

  #heard(): void {
    this.#heardUs = this.#options.nowUs();
  }

  /** One that bears the name of another takes its place. */
  #present(raw: RawObject): readonly ClusterChange[] {
    const object = this.#read(raw);
    if (object === undefined) return [];
    const former = this.#known.put(object);
    const change: ClusterChange = { kind: "present", object };
    return former === undefined ? [change] : [{ kind: "vanished", object: former, seenUs: this.#heardUs }, change];
  }

  #gone(raw: RawObject): readonly ClusterChange[] {
    const object = this.#read(raw);
    if (object === undefined) return [];
    this.#known.delete(object);
    return [{ kind: "gone", object }];
  }

  #read(raw: RawObject): KubernetesObject | undefined {
    const { apiVersion, kind } = this.kind;
    try {
      const [object] = parseObjects(rootField({ ...raw, apiVersion, kind }));
      return object === undefined ? undefined : this.#shared.of(object);
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      this.#options.onUnreadable(this.kind, error.message);
      return undefined;
    }
  }

  /** The server answered. */
  #succeed(): void {
    this.#state = { kind: "known" };
    this.#troubledSinceUs = undefined;
    this.#options.onState();
  }

  #fail(fault: ApiFault, failures: number): void {
    this.#troubledSinceUs ??= this.#options.nowUs();
    if (fault.isUnknownKind && this.kind.isOptional === true) this.#state = { kind: "absent" };
    else if (fault.isForGood) this.#state = { kind: "missed", reason: fault.message };
    // A server that has forgotten a version has answered, and can be read.
    else if (!fault.isExpired && failures >= FAILURES_TO_SAY) this.#state = { kind: "failing", reason: fault.message };
    this.#options.onState();
  }
}
