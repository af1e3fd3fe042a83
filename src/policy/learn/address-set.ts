import { type Address, type Cidr, parseAddress, widthOf } from "../cidr.ts";

/** An address, or a network's first one, as a number; IPv4 as IPv4-mapped IPv6, so that the two never mix. */
export function addressBits({ words }: Pick<Address, "words">): bigint {
  return words.reduce((bits, word) => (bits << 32n) | BigInt(word), 0n);
}

/** A network's last address as a number. */
export function lastBits(cidr: Cidr): bigint {
  return addressBits(cidr) + (1n << BigInt(widthOf(cidr.family) - cidr.prefixLength)) - 1n;
}

/** Addresses in order, so that whether a network holds one of them takes a binary search. */
export class AddressSet {
  readonly #bits: readonly bigint[];

  constructor(addresses: Iterable<string>) {
    const bits = new Set(Array.from(addresses).flatMap((text) => bitsOf(text)));
    this.#bits = [...bits].sort((a, b) => (a < b ? -1 : 1));
  }

  /** Whether the network holds one that is not among `spared`. */
  isHitBy(cidr: Cidr, spared: ReadonlySet<bigint>): boolean {
    const last = lastBits(cidr);
    for (let at = this.#firstFrom(addressBits(cidr)); at < this.#bits.length && this.#bits[at]! <= last; at++)
      if (!spared.has(this.#bits[at]!)) return true;
    return false;
  }

  #firstFrom(bits: bigint): number {
    let [low, high] = [0, this.#bits.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#bits[middle]! < bits) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function bitsOf(text: string): readonly bigint[] {
  const address = parseAddress(text);
  return address === undefined ? [] : [addressBits(address)];
}
