import type { ClusterState } from "../../cluster/cluster-state.ts";
import { type Address, type Cidr, parseAddress } from "../cidr.ts";

/** An address or a network's first or last one as a number; IPv4 as IPv4-mapped IPv6, so that the two never mix. */
export function addressBits({ words }: Pick<Address, "words">): bigint {
  return words.reduce((bits, word) => (bits << 32n) | BigInt(word), 0n);
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
    const first = addressBits(cidr);
    const last = first + (1n << BigInt((cidr.family === 4 ? 32 : 128) - cidr.prefixLength)) - 1n;
    for (let at = this.#firstFrom(first); at < this.#bits.length && this.#bits[at]! <= last; at++)
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

/** The addresses that the cluster uses itself, which no network around outside addresses may take in. */
export class ClusterAddresses {
  readonly #cluster: ClusterState;
  #known: AddressSet | undefined;

  constructor(cluster: ClusterState) {
    this.#cluster = cluster;
  }

  /** Read when it is first asked for: many generations fold nothing. */
  get all(): AddressSet {
    this.#known ??= new AddressSet(this.#cluster.ownAddresses());
    return this.#known;
  }
}

function bitsOf(text: string): readonly bigint[] {
  const address = parseAddress(text);
  return address === undefined ? [] : [addressBits(address)];
}
