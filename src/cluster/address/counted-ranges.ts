import type { AddressNumber } from "./address.ts";
import { cidrAround, type Cidr } from "./address-ranges.ts";

/**
 * CIDR blocks that come and go, each as often as it was told. Those of one prefix length are kept together, so
 * that a look-up costs one get for each length in use (a cluster has two or three) and not one comparison for
 * each of five thousand nodes.
 */
export class CountedRanges {
  readonly #lengths: { readonly width: 32 | 128; readonly prefix: number; readonly counts: Map<bigint, number> }[] = [];

  get isEmpty(): boolean {
    return this.#lengths.every(({ counts }) => counts.size === 0);
  }

  add(cidr: Cidr): void {
    const { network } = cidr;
    const counts = this.#countsOf(cidr) ?? this.#addLength(cidr);
    counts.set(network, (counts.get(network) ?? 0) + 1);
  }

  remove(cidr: Cidr): void {
    const counts = this.#countsOf(cidr);
    const left = (counts?.get(cidr.network) ?? 0) - 1;
    if (left > 0) counts?.set(cidr.network, left);
    else counts?.delete(cidr.network);
  }

  *blocks(): Generator<Cidr> {
    for (const { width, prefix, counts } of this.#lengths)
      for (const network of counts.keys()) yield { network, prefix, width };
  }

  /** Whether one of the blocks holds this address. */
  holds({ bits, width }: AddressNumber): boolean {
    return this.#lengths.some((same) => same.width === width && same.counts.has(bits >> BigInt(width - same.prefix)));
  }

  /** Whether the block of that length around the address was told as it is. */
  hasBlock(address: AddressNumber, prefix: number): boolean {
    const cidr = cidrAround(address, prefix);
    return this.#countsOf(cidr)?.has(cidr.network) ?? false;
  }

  #countsOf({ width, prefix }: Cidr): Map<bigint, number> | undefined {
    return this.#lengths.find((same) => same.width === width && same.prefix === prefix)?.counts;
  }

  #addLength({ width, prefix }: Cidr): Map<bigint, number> {
    const counts = new Map<bigint, number>();
    this.#lengths.push({ width, prefix, counts });
    return counts;
  }
}
