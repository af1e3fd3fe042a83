import type { FlowEvent } from "../flow/connection.ts";
import type { ClusterState } from "./cluster-state.ts";
import type { Flow } from "./flow.ts";

/** How long an address may be unknown before that is taken as the answer: a watch lags behind the first packet. */
const MAX_WAIT_US = 5_000_000;
const MAX_WAITING = 8_192;

/** A connection that was told, with its ends identified. */
export type IdentifiedEvent = { readonly kind: "opened" | "closed"; readonly flow: Flow };
export type ConnectionEvent = Extract<FlowEvent, { readonly kind: "opened" | "closed" }>;

interface Waiting {
  readonly event: ConnectionEvent;
  readonly untilUs: number;
}

/**
 * In: connections as they are told. Out: the same with their ends identified, at once where both are known,
 * else after a bounded wait, as they are known by then. Live only: a savefile's cluster does not change.
 */
export class IdentityQueue {
  readonly #cluster: ClusterState;
  readonly #onFlow: (event: IdentifiedEvent) => void;
  /** Oldest first. */
  #waiting: Waiting[] = [];

  constructor(cluster: ClusterState, onFlow: (event: IdentifiedEvent) => void) {
    this.#cluster = cluster;
    this.#onFlow = onFlow;
  }

  get size(): number {
    return this.#waiting.length;
  }

  add(event: ConnectionEvent, nowUs: number): void {
    const flow = this.#cluster.identifyConnection(event.connection);
    if (isKnown(flow) || this.#waiting.length >= MAX_WAITING) this.#onFlow({ kind: event.kind, flow });
    else this.#waiting.push({ event, untilUs: nowUs + MAX_WAIT_US });
  }

  /** Looks again at those that wait: when the cluster has changed, and every second. */
  advance(nowUs: number): void {
    const still: Waiting[] = [];
    for (const waiting of this.#waiting) {
      const flow = this.#cluster.identifyConnection(waiting.event.connection);
      if (isKnown(flow) || waiting.untilUs <= nowUs) this.#onFlow({ kind: waiting.event.kind, flow });
      else still.push(waiting);
    }
    this.#waiting = still;
  }

  /** No more waiting: tells all as they are known now. */
  finish(): void {
    this.advance(Number.POSITIVE_INFINITY);
  }
}

function isKnown({ client, servers }: Flow): boolean {
  const ends: Flow["client"][] = [client, ...servers];
  return ends.every((end) => end.identity.kind !== "unresolved");
}
