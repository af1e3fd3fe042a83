import type { ClusterChange, Identified } from "../../../src/cluster/cluster-change.ts";
import type { ClusterState } from "../../../src/cluster/cluster-state.ts";
import type { KubernetesObject } from "../../../src/cluster/objects.ts";
import { read } from "../builders.ts";
import type { Random } from "../../random.ts";
import type { Schedule } from "./schedule.ts";
import { toUs } from "./world.ts";

type Json = Readonly<Record<string, unknown>>;
interface News {
  readonly kind: "present" | "gone";
  readonly object: Json;
}

export interface NewsOptions {
  readonly cluster: ClusterState;
  readonly schedule: Schedule;
  readonly random: Random;
  /** The longest that a stream may stand still, and for how much of it news may be on its way. */
  readonly maxDelay: number;
}

/**
 * An API server's objects, and how word of them gets to the cluster's state: in order, kind by kind, mostly at
 * once, and now and then after a stream has stood still; or not at all while the server is away.
 */
export class ApiNews {
  readonly #options: NewsOptions;
  readonly #objects = new Map<string, Json>();
  readonly #told = new Map<string, KubernetesObject>();
  /** When each kind's stream is through with what is on its way. */
  readonly #busyUntil = new Map<string, number>();
  #awaySince: number | undefined;
  #missed: News[] | undefined;
  told = 0;

  constructor(options: NewsOptions) {
    this.#options = options;
  }

  tell(kind: News["kind"], object: Json): void {
    const key = keyOf(object);
    if (kind === "present") this.#objects.set(key, object);
    else this.#objects.delete(key);
    if (this.#awaySince !== undefined) this.#missed?.push({ kind, object });
    else this.#send({ kind, object });
  }

  knownUntilUs(nowUs: number): number {
    const lag = (this.#options.maxDelay + 5) * 1e6;
    return Math.min(nowUs, this.#awaySince === undefined ? nowUs : toUs(this.#awaySince)) - lag;
  }

  /** After it the watch goes on where it was, or else all must be listed anew. */
  outage(seconds: number, then: "resume" | "list"): void {
    const { schedule } = this.#options;
    const since = schedule.now;
    this.#awaySince = since;
    this.#missed = then === "resume" ? [] : undefined;
    schedule.in(seconds, () => {
      this.#awaySince = undefined;
      if (then === "list") return this.#list(since);
      for (const news of this.#missed ?? []) this.#apply([toChange(news)]);
    });
  }

  #send(news: News): void {
    const { schedule, random, maxDelay } = this.#options;
    const kind = String(news.object["kind"]);
    // One in two thousand stands still, and everything behind it with it.
    const delay = random.next() < 0.0005 ? random.between(0, maxDelay - 3) : random.between(0, 0.3);
    const at = Math.max(schedule.now + delay, this.#busyUntil.get(kind) ?? 0);
    // What stood still for as long as can be is through then.
    this.#busyUntil.set(kind, Math.min(at, schedule.now + maxDelay - 3));
    schedule.at(this.#busyUntil.get(kind)!, () => this.#arrive(news));
  }

  /** What is on its way when the server goes away is lost, or comes again with the rest. */
  #arrive(news: News): void {
    if (this.#awaySince === undefined) this.#apply([toChange(news)]);
    else this.#missed?.push(news);
  }

  #list(since: number): void {
    const seenUs = toUs(since) - (this.#options.maxDelay + 5) * 1e6;
    const vanished = [...this.#told].filter(([key]) => !this.#objects.has(key));
    this.#apply([...this.#objects.values()].map((object) => toChange({ kind: "present", object })));
    this.#apply(vanished.map(([, object]) => ({ kind: "vanished", object, seenUs })));
    this.#options.cluster.apply([{ kind: "missed pods", sinceUs: seenUs }], toUs(this.#options.schedule.now));
  }

  #apply(changes: readonly Exclude<ClusterChange, { readonly kind: "missed pods" }>[]): void {
    for (const change of changes) {
      const key = toldKey(change.object);
      if (change.kind === "present") this.#told.set(key, change.object);
      else this.#told.delete(key);
    }
    this.told += changes.length;
    this.#options.cluster.apply(changes, toUs(this.#options.schedule.now));
  }
}

function toChange({ kind, object }: News) {
  return { kind, object: read(object)[0]! };
}

function keyOf(object: Json): string {
  return `${String(object["kind"])}/${String((object["metadata"] as Json)["uid"])}`;
}

function toldKey(object: Identified): string {
  return `${object.kind ?? object.type}/${object.metadata.uid}`;
}
