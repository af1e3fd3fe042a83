import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import type { ClusterChange } from "../cluster-change.ts";
import { FieldFault } from "../object/field.ts";
import type { Controller, OwnerReference } from "../objects.ts";
import { apiGroup, isCustomGroup } from "../workload/api-group.ts";
import { ApiFault } from "./api-fault.ts";
import type { ApiConnection } from "./connect-api.ts";
import { CustomResources } from "./custom-resources.ts";
import { type OwnerPlace, readOwner } from "./read-owner.ts";

export interface OwnerPauses {
  /** Between two reads: all agents of a cluster begin at once. */
  readonly betweenMs: number;
  /** After a failure, doubled with each in a row up to the most. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** After so long what was read, was not there, or might not be read is asked for again. */
  readonly againMs: number;
  /** How often it is looked for what is to be asked for again. */
  readonly lookMs: number;
  /** How long the first state waits for the owners that it names. */
  readonly patienceMs: number;
}

export const defaultOwnerPauses: OwnerPauses = {
  betweenMs: 50,
  firstMs: 1_000,
  mostMs: 60_000,
  againMs: 900_000,
  lookMs: 60_000,
  patienceMs: 10_000,
};

export interface CustomOwnersOptions {
  readonly connection: ApiConnection;
  readonly pauses: OwnerPauses;
  readonly nowUs: () => number;
  readonly onChanges: (changes: readonly ClusterChange[]) => void;
  /** Nothing waits to be read any more. */
  readonly onIdle: () => void;
  /** What stands above owners of this kind stays unknown. */
  readonly onUnreadable: (kind: string, reason: string) => void;
}

interface Owner extends OwnerPlace {
  /** Undefined while it was not read, may not be, or is not there. */
  found: Controller | undefined;
  /** When it is to be read again. */
  dueMs: number;
}

const MOST_OWNERS = 8_192;
const MOST_KINDS = 256;

/**
 * Finds what stands above pods' owners of custom kinds, of which weir lists and watches none: each that is referred to
 * is read, its metadata only, and told as a controller. Where that can't be, the last owner known stays the workload.
 */
export class CustomOwners {
  readonly #options: CustomOwnersOptions;
  readonly #resources: CustomResources;
  readonly #owners = new LRUCache<string, Owner>({
    max: MOST_OWNERS,
    dispose: (owner, key, reason) => {
      this.#queue.delete(key);
      if (reason === "evict") this.#tell(owner, undefined);
    },
  });
  readonly #queue = new Set<string>();
  /** Kinds that may not be read, or that the server does not have; until when that is believed. */
  readonly #unreadable = new LRUCache<string, number>({ max: MOST_KINDS });
  #wake = Promise.withResolvers<void>();
  #failures = 0;

  constructor(options: CustomOwnersOptions) {
    this.#options = options;
    this.#resources = new CustomResources(options.connection);
  }

  get isIdle(): boolean {
    return this.#queue.size === 0;
  }

  /** Takes note of the owners that these objects name. */
  see(changes: readonly ClusterChange[]): void {
    for (const change of changes) {
      if (change.kind !== "present") continue;
      const { namespace, owner: reference } = change.object.metadata;
      if (reference !== undefined && isCustomGroup(apiGroup(reference.apiVersion))) this.#want(namespace, reference);
    }
  }

  /** Reads what is wanted, one owner after the other, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { lookMs, betweenMs } = this.#options.pauses;
    while (!signal.aborted) {
      const [key] = this.#queue;
      const owner = key === undefined ? undefined : this.#owners.peek(key);
      if (key === undefined || owner === undefined) {
        this.#options.onIdle();
        await this.#rest(lookMs, signal);
        this.#queueDue();
      } else if (await this.#isRead(owner, signal)) {
        this.#queue.delete(key);
        await this.#pause(betweenMs, signal);
      } else {
        // One kind that fails holds up no other.
        this.#queue.delete(key);
        this.#queue.add(key);
        await this.#pause(this.#failurePauseMs(), signal);
      }
    }
  }

  /** Another uid under the same name is another object. */
  #want(namespace: string, reference: OwnerReference): void {
    const key = `${reference.apiVersion}/${reference.kind}/${namespace}/${reference.name}`;
    const known = this.#owners.get(key);
    if (known !== undefined && known.reference.uid === reference.uid) return;
    this.#owners.set(key, { namespace, reference, found: known?.found, dueMs: 0 });
    this.#queue.add(key);
    this.#wake.resolve();
  }

  /** Whether there is an answer, be it that there is none to be had. */
  async #isRead(owner: Owner, signal: AbortSignal): Promise<boolean> {
    const { nowUs, pauses } = this.#options;
    const kind = `${owner.reference.kind}.${apiGroup(owner.reference.apiVersion)}`;
    owner.dueMs = nowUs() / 1000 + pauses.againMs;
    if ((this.#unreadable.get(kind) ?? 0) > nowUs() / 1000) return true;
    try {
      this.#tell(owner, await readOwner({ ...this.#options, resources: this.#resources }, owner, signal));
    } catch (error) {
      if (error instanceof ApiFault && !error.isForGood) {
        this.#failures += 1;
        return false;
      }
      if (!(error instanceof ApiFault) && !(error instanceof FieldFault)) throw error;
      this.#tell(owner, undefined);
      if (error instanceof ApiFault && error.status === 403) this.#giveUp(kind, owner, error.message);
    }
    this.#failures = 0;
    return true;
  }

  /** A right is that of a kind: none of it is asked for again for a while. */
  #giveUp(kind: string, { dueMs }: Owner, reason: string): void {
    if (!this.#unreadable.has(kind)) this.#options.onUnreadable(kind, reason);
    this.#unreadable.set(kind, dueMs);
  }

  #tell(owner: Owner, found: Controller | undefined): void {
    const former = owner.found;
    owner.found = found;
    if (found !== undefined) {
      const changes: readonly ClusterChange[] = [{ kind: "present", object: found }];
      this.#options.onChanges(changes);
      this.see(changes);
    } else if (former !== undefined)
      this.#options.onChanges([{ kind: "vanished", object: former, seenUs: this.#options.nowUs() }]);
  }

  #queueDue(): void {
    const nowMs = this.#options.nowUs() / 1000;
    for (const [key, { dueMs }] of this.#owners.entries()) if (dueMs <= nowMs) this.#queue.add(key);
  }

  /** Until something is wanted, or for so long. */
  async #rest(atMostMs: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    await Promise.race([this.#wake.promise, this.#pause(atMostMs, AbortSignal.any([signal, woken.signal]))]);
    woken.abort();
    this.#wake = Promise.withResolvers<void>();
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await sleep(ms * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
  }

  #failurePauseMs(): number {
    const { firstMs, mostMs } = this.#options.pauses;
    return Math.min(mostMs, firstMs * 2 ** (Math.min(this.#failures, 16) - 1));
  }
}
