import type { Logger } from "pino";
import type { ClusterChange } from "../cluster-change.ts";
import { AddressSources, defaultSourcePauses, type SourcePauses } from "./address-sources.ts";
import { API_KINDS } from "./api-kind.ts";
import type { ApiConnection } from "./connect-api.ts";
import { CustomOwners, defaultOwnerPauses, type OwnerPauses } from "./custom-owners.ts";
import { type KindState, KindWatch } from "./kind-watch.ts";
import { Turns } from "./turns.ts";
import { defaultPauses, type Pauses } from "./watch-loop.ts";

export interface FollowApiOptions {
  /** What has changed, as it comes: of a list a page, of a watch an event. */
  readonly onChange: (changes: readonly ClusterChange[]) => void;
  readonly nowUs: () => number;
  /** How late news may come. */
  readonly newsLagUs: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly pauses?: Pauses;
  readonly ownerPauses?: OwnerPauses;
  readonly sourcePauses?: SourcePauses;
}

/** Without pods nobody has a name. */
const INDISPENSABLE = "Pod";

/** Nothing more is to be waited for. */
function isSettled({ kind }: KindState): boolean {
  return kind === "known" || kind === "missed" || kind === "absent";
}

/** Lists and watches every kind that weir uses, until `signal` aborts. */
export function followClusterApi(connection: ApiConnection, options: FollowApiOptions): ApiFollower {
  const follower = new ApiFollower(connection, options);
  follower.run(options.signal);
  return follower;
}

export class ApiFollower {
  readonly #server: string;
  readonly #options: FollowApiOptions;
  readonly #watches: readonly KindWatch[];
  readonly #owners: CustomOwners;
  readonly #sources: AddressSources;
  readonly #first = Promise.withResolvers<void>();
  readonly #said = new Set<string>();
  #isComplete = false;
  #waitsForOwners: "not yet" | "yes" | "no more" = "not yet";
  #fault: string | undefined;

  constructor(connection: ApiConnection, options: FollowApiOptions) {
    this.#server = connection.server;
    this.#options = options;
    const { pauses = defaultPauses, logger, nowUs, newsLagUs } = options;
    this.#owners = this.#customOwners(connection);
    this.#sources = this.#addressSources(connection);
    const watchOptions = {
      connection,
      pauses,
      lists: new Turns(),
      nowUs,
      newsLagUs,
      onChanges: (changes: readonly ClusterChange[]) => {
        this.#changed(changes);
        this.#owners.see(changes);
      },
      onState: () => this.#stateChanged(),
      onUnreadable: ({ kind }: { readonly kind: string }, problem: string) =>
        this.#sayOnce(`unreadable ${kind}`, () =>
          logger.warn({ kind, problem }, "objects that can't be read are left out"),
        ),
    };
    this.#watches = API_KINDS.map((kind) => new KindWatch(kind, watchOptions));
  }

  /** Resolves when every kind has been told whole or is known to be missed, or when that will never be. */
  get first(): Promise<void> {
    return this.#first.promise;
  }

  /** Why what is known may be wrong by now; undefined while it is not. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Since when something that is followed can't be; undefined while all is well. */
  get troubledSinceUs(): number | undefined {
    const times = this.#watches.map(({ troubledSinceUs }) => troubledSinceUs).filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Kinds that may not be read. */
  get missed(): readonly string[] {
    return this.#watches.flatMap(({ kind, state }) => (state.kind === "missed" ? [kind.resource] : []));
  }

  /** Whether every kind has been told whole once, or can't be. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  run(signal: AbortSignal): void {
    this.#fault = `waits for the first state of ${this.#server}`;
    signal.addEventListener("abort", () => this.#first.resolve(), { once: true });
    // A KindWatch ends with the signal; it throws only where we are wrong, and then nothing must go on.
    const runs = [...this.#watches, this.#owners, this.#sources].map((each) => each.run(signal));
    Promise.all(runs).catch((error: unknown) => this.#first.reject(error));
  }

  #customOwners(connection: ApiConnection): CustomOwners {
    const { ownerPauses: pauses = defaultOwnerPauses, logger, nowUs } = this.#options;
    return new CustomOwners({
      connection,
      pauses,
      nowUs,
      onChanges: (changes) => this.#changed(changes),
      onIdle: () => this.#stateChanged(),
      onUnreadable: (kind, reason) => logger.info({ kind, reason }, "what owns objects of this kind is not known"),
    });
  }

  /** No part of the first state: until it is told, private addresses that nobody has are not called outside ones. */
  #addressSources(connection: ApiConnection): AddressSources {
    const { sourcePauses: pauses = defaultSourcePauses, logger } = this.#options;
    return new AddressSources({
      connection,
      pauses,
      onChanges: (changes) => this.#changed(changes),
      onProblem: (source, reason) =>
        this.#sayOnce(`source ${source}`, () =>
          logger.info({ source, reason }, "tells no ranges; they stay as otherwise known"),
        ),
    });
  }

  #changed(changes: readonly ClusterChange[]): void {
    if (changes.length > 0 && !this.#options.signal.aborted) this.#options.onChange(changes);
  }

  #stateChanged(): void {
    if (this.#options.signal.aborted) return;
    if (this.#watches.every(({ state }) => isSettled(state))) this.#completeWithOwners();
    this.#look();
    if (this.#isComplete) this.#first.resolve();
  }

  /** Owners of custom kinds are a part of the first state, unless they take too long. */
  #completeWithOwners(): void {
    this.#isComplete ||= this.#owners.isIdle || this.#waitsForOwners === "no more";
    if (this.#isComplete || this.#waitsForOwners !== "not yet") return;
    this.#waitsForOwners = "yes";
    const { patienceMs } = this.#options.ownerPauses ?? defaultOwnerPauses;
    const lookAgain = (): void => {
      this.#waitsForOwners = "no more";
      this.#stateChanged();
    };
    setTimeout(lookAgain, patienceMs).unref();
  }

  /** One line in the log at each change, not one for each kind and attempt. */
  #look(): void {
    const { logger } = this.#options;
    for (const { kind, state } of this.#watches) {
      if (state.kind !== "missed") continue;
      const { resource } = kind;
      this.#sayOnce(resource, () => logger.warn({ resource, reason: state.reason }, "may not be read; it is missed"));
    }
    const fault = this.#faultNow();
    const wasFailing = this.#said.has("failing");
    const failing = this.#watches.find(({ state }) => state.kind === "failing")?.state;
    if (failing?.kind === "failing") {
      const { reason } = failing;
      this.#sayOnce("failing", () =>
        logger.warn({ reason }, "the API server can't be read; the last good state holds"),
      );
    } else if (wasFailing && fault === undefined) {
      this.#said.delete("failing");
      logger.info("the API server can be read again");
    }
    this.#fault = fault;
  }

  #faultNow(): string | undefined {
    for (const { kind, state } of this.#watches) {
      if (state.kind === "failing") return `${this.#server} can't be read: ${state.reason}`;
      if (state.kind === "missed" && kind.kind === INDISPENSABLE) return `${kind.resource} may not be read`;
    }
    return this.#isComplete ? undefined : `waits for the first state of ${this.#server}`;
  }

  #sayOnce(what: string, say: () => void): void {
    if (this.#said.has(what)) return;
    this.#said.add(what);
    say();
  }
}
