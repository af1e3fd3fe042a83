import type { FlowEvent } from "../flow/connection.ts";
import type { ClusterState } from "./cluster-state.ts";
import type { Flow, Party } from "./flow.ts";

/** How long an address may be unknown, at least, before that is taken as the answer. */
const MAX_UNKNOWN_US = 5_000_000;
/** How long a connection waits at most for an API server that is away. */
const MAX_WAIT_US = 15 * 60_000_000;
const MAX_WAITING = 32_768;
/** They come in the order in which they are told, which is nearly that of their beginnings: after so many in a row for which it is too early, it is for the rest. */
const MAX_TOO_EARLY = 256;

/** A connection that was told, with its ends identified. */
export type IdentifiedEvent =
  | { readonly kind: "opened"; readonly flow: Flow }
  | { readonly kind: "closed"; readonly flow: Flow; readonly endUnseen?: true };
export type ConnectionEvent = Extract<FlowEvent, { readonly kind: "opened" | "closed" }>;

interface Waiting {
  readonly event: ConnectionEvent;
  readonly sinceUs: number;
}

export interface IdentityQueueOptions {
  readonly cluster: ClusterState;
  readonly onFlow: (event: IdentifiedEvent) => void;
  /** Up to when everything that happened in the cluster is known to it. */
  readonly knownUntilUs: (nowUs: number) => number;
  readonly maxWaiting?: number;
}

/**
 * In: connections as they are told. Out: the same with their ends identified, once the cluster is known as it was
 * when they began: news of it lags behind the first packet, and an address may have been given on meanwhile.
 * Every wait is bounded. Live only: a savefile's cluster does not change.
 */
export class IdentityQueue {
  readonly #options: IdentityQueueOptions;
  readonly #maxWaiting: number;
  /** By the connection's id, oldest first. */
  readonly #waiting = new Map<string, Waiting>();
  #overflowed = 0;

  constructor(options: IdentityQueueOptions) {
    this.#options = options;
    this.#maxWaiting = options.maxWaiting ?? MAX_WAITING;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Connections that could not wait because too many did. */
  get overflowed(): number {
    return this.#overflowed;
  }

  add(event: ConnectionEvent, nowUs: number): void {
    const { id } = event.connection;
    const sinceUs = this.#waiting.get(id)?.sinceUs ?? nowUs;
    // One that ends before its beginning could be told is told once, as one that has ended.
    const waiting = { event, sinceUs };
    if (this.#tellIfKnown(waiting, nowUs)) this.#waiting.delete(id);
    else {
      this.#waiting.set(id, waiting);
      if (this.#waiting.size > this.#maxWaiting) this.#tellOldest(nowUs);
    }
  }

  /** Looks again at those that wait. */
  advance(nowUs: number): void {
    const untilUs = this.#options.knownUntilUs(nowUs);
    let tooEarly = 0;
    for (const [id, waiting] of this.#waiting) {
      if (this.#tellIfKnown(waiting, nowUs)) {
        this.#waiting.delete(id);
        tooEarly = 0;
      } else if (waiting.event.connection.startUs > untilUs && ++tooEarly === MAX_TOO_EARLY) return;
    }
  }

  /** No more waiting: tells all, with what is not known yet as unresolved. */
  finish(nowUs: number): void {
    for (const waiting of this.#waiting.values()) this.#tellNow(waiting, nowUs);
    this.#waiting.clear();
  }

  #tellIfKnown(waiting: Waiting, nowUs: number): boolean {
    const { event, sinceUs } = waiting;
    if (event.connection.startUs > this.#options.knownUntilUs(nowUs)) {
      if (nowUs < sinceUs + MAX_WAIT_US) return false;
      this.#tellNow(waiting, nowUs);
      return true;
    }
    const flow = this.#options.cluster.identifyConnection(event.connection);
    if (!isKnown(flow) && nowUs < sinceUs + MAX_UNKNOWN_US) return false;
    this.#options.onFlow(identified(event, flow));
    return true;
  }

  #tellOldest(nowUs: number): void {
    for (const [id, waiting] of this.#waiting) {
      this.#overflowed += 1;
      this.#waiting.delete(id);
      return this.#tellNow(waiting, nowUs);
    }
  }

  #tellNow({ event }: Waiting, nowUs: number): void {
    const { cluster, onFlow, knownUntilUs } = this.#options;
    const flow = cluster.identifyConnection(event.connection);
    const isSettled = event.connection.startUs <= knownUntilUs(nowUs);
    onFlow(identified(event, isSettled ? flow : doubted(flow)));
  }
}

/** The same event, of a connection whose ends have names. */
function identified({ connection: _connection, ...event }: ConnectionEvent, flow: Flow): IdentifiedEvent {
  return { ...event, flow };
}

function isKnown({ client, servers }: Flow): boolean {
  const ends: Party[] = [client, ...servers];
  return ends.every(({ identity }) => identity.kind !== "unresolved");
}

/** Whoever had an address by the last word of the cluster may not have had it any more. */
function doubted(flow: Flow): Flow {
  const [first, ...others] = flow.servers;
  return { ...flow, client: doubtedEnd(flow.client), servers: [doubtedEnd(first), ...others.map(doubtedEnd)] };
}

function doubtedEnd<End extends Party>(end: End): End {
  const { identity } = end;
  if (identity.kind !== "pod") return end;
  const name = `${identity.workload.namespace}/${identity.pod}`;
  const reason = `pod ${name} had this address by the last word of the cluster, which is older than the connection`;
  return { ...end, identity: { kind: "unresolved", reason } };
}
