import type { Random } from "../../random.ts";

/** A freed address may be another pod's within so many seconds. */
const SOON = 2;

interface Freed {
  readonly node: number;
  readonly ip: string;
  readonly at: number;
}

/**
 * The addresses that nodes give to pods: in turn, but for a share of the pods that come to where an address has
 * just been given back, and get that.
 */
export class PodAddresses {
  readonly #free: string[][];
  readonly #random: Random;
  readonly #reuseShare: number;
  #justFreed: Freed[] = [];
  reused = 0;

  constructor(nodes: number, random: Random, reuseShare: number) {
    this.#random = random;
    this.#reuseShare = reuseShare;
    this.#free = Array.from({ length: nodes }, (_, node) =>
      Array.from({ length: 253 }, (__, host) => `10.${64 + (node >> 8)}.${node & 255}.${2 + host}`),
    );
  }

  /** The scheduler's choice too. */
  take(now: number): { readonly node: number; readonly ip: string } {
    this.#justFreed = this.#justFreed.filter(({ at }) => now - at < SOON);
    const freed = this.#random.next() < this.#reuseShare ? this.#random.one(this.#justFreed) : undefined;
    const node = freed?.node ?? this.#random.below(this.#free.length);
    const free = this.#free[node]!;
    const ip = freed?.ip ?? free[0]!;
    free.splice(free.lastIndexOf(ip), 1);
    this.#justFreed = this.#justFreed.filter((one) => one.ip !== ip);
    if (freed !== undefined) this.reused += 1;
    return { node, ip };
  }

  give(node: number, ip: string, now: number): void {
    this.#free[node]!.push(ip);
    this.#justFreed.push({ node, ip, at: now });
  }
}
