import { DESTINATION, type Headers, SOURCE } from "../packet/headers.ts";
import { TrackedView } from "./tracked.ts";

/** A power of two. The table holds some 75,000 views of connections that are seen at one place: about one a bucket. */
const BUCKETS = 65_536;

/**
 * Views by their five-tuple, found by either direction of it. The hash adds the hashes of the two ends,
 * so that both directions meet in one chain without either being called first; it is seeded, so that
 * nobody outside can choose addresses that all meet in one chain. A plain hash table with chains through the views
 * themselves: a Map would do, but that it costs twice as much where thousands come and go each second.
 */
export class ViewIndex {
  readonly #buckets: (TrackedView | undefined)[] = Array.from({ length: BUCKETS });
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Of a packet's five-tuple, whichever way it goes; a view's `hash` is the same. */
  hashOf({ addresses, sourcePort, destinationPort, protocol }: Headers): number {
    return this.#hash(addresses, SOURCE, DESTINATION, sourcePort, destinationPort, protocol);
  }

  find(headers: Headers): TrackedView | undefined {
    const hash = this.hashOf(headers);
    let view = this.#buckets[hash & (BUCKETS - 1)];
    while (view !== undefined && !(view.hash === hash && isOf(view, headers))) view = view.nextSameHash;
    return view;
  }

  /** The view whose packet an ICMP error quotes. */
  findQuoted(headers: Headers): TrackedView | undefined {
    const { addresses, protocol, sourcePort, destinationPort } = headers.quoted;
    const hash = this.#hash(addresses, SOURCE, DESTINATION, sourcePort, destinationPort, protocol);
    let view = this.#buckets[hash & (BUCKETS - 1)];
    while (view !== undefined && !(view.protocol === protocol && isAlong(view, addresses, sourcePort, destinationPort)))
      view = view.nextSameHash;
    return view;
  }

  /** Its ends must not change until it is removed, other than by exchanging them. */
  add(view: TrackedView): void {
    const { ends } = view;
    view.hash = this.#hash(ends, 0, 4, ends[8]!, ends[9]!, view.protocol);
    const bucket = view.hash & (BUCKETS - 1);
    view.nextSameHash = this.#buckets[bucket];
    this.#buckets[bucket] = view;
  }

  remove(view: TrackedView): void {
    const bucket = view.hash & (BUCKETS - 1);
    let at = this.#buckets[bucket];
    if (at === view) {
      this.#buckets[bucket] = view.nextSameHash;
      return;
    }
    while (at !== undefined && at.nextSameHash !== view) at = at.nextSameHash;
    if (at !== undefined) at.nextSameHash = view.nextSameHash;
  }

  #hash(words: ArrayLike<number>, a: number, b: number, portA: number, portB: number, protocol: number): number {
    const sum = hashEnd(words, a, portA, this.#seed) + hashEnd(words, b, portB, this.#seed) + protocol;
    return sum & 0x3fffffff; // a small integer of V8
  }
}

/** Whether a packet of this view goes from client to server. */
export function isFromClient(view: TrackedView, headers: Headers): boolean {
  return isAlong(view, headers.addresses, headers.sourcePort, headers.destinationPort);
}

function isOf(view: TrackedView, headers: Headers): boolean {
  if (view.protocol !== headers.protocol) return false;
  return isFromClient(view, headers) || isAgainst(view, headers);
}

function isAlong(view: TrackedView, addresses: Uint32Array, sourcePort: number, destinationPort: number): boolean {
  const { ends } = view;
  return (
    ends[8] === sourcePort &&
    ends[9] === destinationPort &&
    ends[3] === addresses[3] &&
    ends[7] === addresses[7] &&
    ends[0] === addresses[0] &&
    ends[1] === addresses[1] &&
    ends[2] === addresses[2] &&
    ends[4] === addresses[4] &&
    ends[5] === addresses[5] &&
    ends[6] === addresses[6]
  );
}

function isAgainst(view: TrackedView, headers: Headers): boolean {
  const { ends } = view;
  const { addresses } = headers;
  return (
    ends[8] === headers.destinationPort &&
    ends[9] === headers.sourcePort &&
    ends[3] === addresses[7] &&
    ends[7] === addresses[3] &&
    ends[0] === addresses[4] &&
    ends[1] === addresses[5] &&
    ends[2] === addresses[6] &&
    ends[4] === addresses[0] &&
    ends[5] === addresses[1] &&
    ends[6] === addresses[2]
  );
}

/** Multiply and xor-shift over the five words of an end, as the finalizer of MurmurHash3 mixes. */
export function hashEnd(words: ArrayLike<number>, offset: number, port: number, seed: number): number {
  let hash = Math.imul(seed ^ words[offset + 3]!, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ port, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16) ^ words[offset]!, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ words[offset + 1]!, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16) ^ words[offset + 2]!, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
