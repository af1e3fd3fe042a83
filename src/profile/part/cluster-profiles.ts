import { setTimeout as sleep } from "node:timers/promises";
import type { ApiConnection } from "../../cluster/api/connect-api.ts";
import type { Pauses } from "../../cluster/api/watch-loop.ts";
import { ObjectWatch } from "../../cluster/api/object-watch.ts";
import type { RawObject } from "../../cluster/api/read-api.ts";
import type { ClusterState } from "../../cluster/cluster-state.ts";
import { FieldFault } from "../../cluster/object/field.ts";
import { type WorkloadRef, workloadKey } from "../../cluster/workload.ts";
import { edgeKey } from "../edge.ts";
import { type Forgetting, isMeant } from "../forgetting.ts";
import { makeProfile, type Observations } from "../make-profile.ts";
import type { ProfileBook } from "../profile-book.ts";
import type { Profile } from "../profile.ts";
import type { Profiles } from "../profiles.ts";
import { HeldParts } from "./held-parts.ts";
import { mergeParts } from "./merge-parts.ts";
import type { Part } from "./part.ts";
import { kindHolding } from "./part-kind.ts";

export interface ReadPaces {
  /** How long after the last question the parts are still watched. */
  readonly idleMs: number;
  /** How long a question waits for the parts to come; then it is answered from those that there are. */
  readonly patienceMs: number;
}

export const defaultReadPaces: ReadPaces = { idleMs: 600_000, patienceMs: 10_000 };

export interface ClusterProfilesOptions {
  readonly connection: ApiConnection;
  readonly node: string;
  readonly observer: string;
  readonly book: ProfileBook;
  /** What this node itself has to say, now. */
  readonly ownPart: (workload: WorkloadRef) => Part;
  /** Why the parts can't be read, at each change; undefined when they can be again. */
  readonly onFault: (fault: string | undefined) => void;
  /** Until it aborts, the parts may be watched. */
  readonly signal: AbortSignal;
  readonly pauses?: Pauses;
  readonly paces?: ReadPaces;
}

/** The watch while it runs. */
interface Watching {
  readonly stop: AbortController;
  /** All parts have come, or it is known that they can't be had now. */
  readonly settled: Promise<void>;
}

/**
 * The profiles of the whole cluster: what this node has seen, which is not asked of anybody, and the parts that the
 * others have published. They are watched from the first question on; when nobody has asked for a while, the watch ends
 * and they are let go.
 */
export class ClusterProfiles implements Profiles {
  readonly #options: ClusterProfilesOptions;
  readonly #paces: ReadPaces;
  readonly #held = new HeldParts();
  #watching: Watching | undefined;
  #idle: NodeJS.Timeout | undefined;
  #unreadable = 0;

  constructor(options: ClusterProfilesOptions) {
    this.#options = options;
    this.#paces = options.paces ?? defaultReadPaces;
    options.signal.addEventListener("abort", () => this.#stop(), { once: true });
  }

  get isWatching(): boolean {
    return this.#watching !== undefined;
  }

  /** Parts held, and those for which there was no room or that could not be read. */
  get counts(): { readonly held: number; readonly leftOut: number; readonly unreadable: number } {
    return { held: this.#held.size, leftOut: this.#held.leftOut, unreadable: this.#unreadable };
  }

  gather = async (): Promise<void> => {
    const { signal } = this.#options;
    if (signal.aborted) return;
    this.#watching ??= this.#watch();
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#stop(), this.#paces.idleMs).unref();
    const patience = new AbortController();
    const tired = sleep(this.#paces.patienceMs, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([this.#watching.settled, tired]);
    patience.abort();
  };

  profile(ref: WorkloadRef, cluster: ClusterState): Profile | undefined {
    const workload = cluster.workload(ref);
    const parts = this.#partsOf(ref, cluster);
    if (parts.length === 0 && workload === undefined) return undefined;
    return makeProfile(ref, workload, this.#merge(ref, parts, cluster));
  }

  find(namespace: string, kind: string, name: string): WorkloadRef | undefined {
    const isNamed = (ref: WorkloadRef): boolean =>
      ref.namespace === namespace && ref.name === name && ref.kind.toLowerCase() === kind.toLowerCase();
    return this.#options.book.find(namespace, kind, name) ?? this.#held.workloads().find(isNamed);
  }

  profiles(cluster: ClusterState, namespace?: string): readonly Profile[] {
    const all = [...cluster.workloads(namespace), ...this.#options.book.workloads(), ...this.#held.workloads()];
    const refs = new Map(all.map((ref) => [workloadKey(ref), ref]));
    return [...refs]
      .filter(([, ref]) => namespace === undefined || ref.namespace === namespace)
      .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
      .flatMap(([, ref]) => this.profile(ref, cluster) ?? []);
  }

  /** Ids of the edges, of all nodes, that would be forgotten. */
  keysOf(ref: WorkloadRef, what: Forgetting, cluster: ClusterState): readonly string[] {
    const { edges, failed } = this.#merge(ref, this.#partsOf(ref, cluster), cluster);
    return [...new Set([...edges, ...failed].filter((edge) => isMeant(edge, what)).map((edge) => edgeKey(edge)))];
  }

  #merge(ref: WorkloadRef, parts: readonly Part[], cluster: ClusterState): Observations {
    const nodes = new Set(cluster.nodeNames());
    const forgotten = this.#options.book.tombstones.of(ref);
    return mergeParts(parts, { forgotten, isThere: (node) => nodes.has(node) });
  }

  /** This node has word of what runs on it, were it that it is silent, and of what it has seen. */
  #partsOf(ref: WorkloadRef, cluster: ClusterState): readonly Part[] {
    const { node, book, ownPart } = this.#options;
    const others = this.#held.of(ref);
    const isOurs = book.hasSeen(ref) || cluster.workload(ref)?.nodes.includes(node) === true;
    return isOurs ? [...others, ownPart(ref)] : others;
  }

  #watch(): Watching {
    const { connection, pauses, onFault } = this.#options;
    const stop = new AbortController();
    const { promise: settled, resolve } = Promise.withResolvers<void>();
    const watch = new ObjectWatch({
      connection,
      kind: kindHolding("observations"),
      ...(pauses && { pauses }),
      onPresent: (object) => this.#put(object),
      onGone: (key) => this.#held.delete(key),
      onListed: resolve,
      onFault: (fault) => {
        if (fault !== undefined) resolve();
        onFault(fault);
      },
    });
    // It ends with its signal, and throws only where we are wrong: then nothing must go on.
    watch.run(stop.signal).catch((error: unknown) => process.nextTick(() => Promise.reject(error)));
    return { stop, settled };
  }

  #put(object: RawObject): void {
    const { namespace = "", name = "" } = object["metadata"] as { readonly namespace?: string; readonly name?: string };
    const key = `${namespace}/${name}`;
    try {
      if (!this.#isOwn(object)) this.#held.put(key, object);
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error;
      this.#held.delete(key);
      this.#unreadable += 1;
    }
  }

  /** What this node itself published is known here better. */
  #isOwn(object: RawObject): boolean {
    const { node, observer } = this.#options;
    const spec = (object["spec"] ?? {}) as Partial<Part>;
    return spec.node === node && spec.observer === observer;
  }

  #stop(): void {
    clearTimeout(this.#idle);
    this.#watching?.stop.abort();
    this.#watching = undefined;
    this.#held.clear();
    this.#options.onFault(undefined); // of a watch that is no more
  }
}
