import type { TrackedConnection, TrackedView } from "./tracked.ts";

/** Whether `view` is one more view of the `other` connection, whose client chose the same token; views of one packet are no farther apart than `joinUs`. */
export type IsSame = (view: TrackedView, other: TrackedConnection, joinUs: number) => boolean;

/** How many connections of one token a search looks at: a scanner that uses one token for all must not make it long. */
const MAX_LOOKED_AT = 8;
/** And how many of other tokens it steps over. */
const MAX_STEPS = 64;
/** A power of two, as in ViewIndex. */
const BUCKETS = 65_536;

/**
 * Connections by what their client chose and NAT leaves alone, newest first. Each bucket's chain goes through the
 * connections themselves. The hash is seeded, since it is outsiders who choose the tokens.
 */
export class TokenIndex {
  readonly #newest: (TrackedConnection | undefined)[] = Array.from({ length: BUCKETS });
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  add(connection: TrackedConnection): void {
    const bucket = this.#bucket(connection.clientToken);
    const next = this.#newest[bucket];
    connection.nextInBucket = next;
    if (next !== undefined) next.previousInBucket = connection;
    this.#newest[bucket] = connection;
  }

  remove(connection: TrackedConnection): void {
    const { previousInBucket: previous, nextInBucket: next } = connection;
    if (next !== undefined) next.previousInBucket = previous;
    if (previous !== undefined) previous.nextInBucket = next;
    else {
      const bucket = this.#bucket(connection.clientToken);
      if (this.#newest[bucket] === connection) this.#newest[bucket] = next;
    }
    connection.previousInBucket = undefined;
    connection.nextInBucket = undefined;
  }

  /** The newest connection, other than the view's own, of which `isSame` says that this is one more view. */
  find(view: TrackedView, isSame: IsSame, joinUs: number): TrackedConnection | undefined {
    let connection = this.#newest[this.#bucket(view.clientToken)];
    let looked = 0;
    for (let steps = 0; connection !== undefined && steps < MAX_STEPS; steps++) {
      if (connection.clientToken === view.clientToken && connection !== view.connection) {
        if (isSame(view, connection, joinUs)) return connection;
        if (++looked === MAX_LOOKED_AT) return undefined;
      }
      connection = connection.nextInBucket;
    }
    return undefined;
  }

  /** As the finalizer of MurmurHash3 mixes. */
  #bucket(token: number): number {
    let hash = Math.imul(token ^ this.#seed, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13) ^ this.#seed, 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
  }
}

/** Whether these two are the only ones of their token; `newer` is the newest. */
export function isOnlyPair(newer: TrackedConnection, older: TrackedConnection): boolean {
  return nextOfToken(newer) === older && previousOfToken(newer) === undefined && nextOfToken(older) === undefined;
}

function nextOfToken({ clientToken, nextInBucket }: TrackedConnection): TrackedConnection | undefined {
  let at = nextInBucket;
  for (let steps = 0; at !== undefined && at.clientToken !== clientToken && steps < MAX_STEPS; steps++)
    at = at.nextInBucket;
  return at?.clientToken === clientToken ? at : undefined;
}

function previousOfToken({ clientToken, previousInBucket }: TrackedConnection): TrackedConnection | undefined {
  let at = previousInBucket;
  for (let steps = 0; at !== undefined && at.clientToken !== clientToken && steps < MAX_STEPS; steps++)
    at = at.previousInBucket;
  return at?.clientToken === clientToken ? at : undefined;
}
