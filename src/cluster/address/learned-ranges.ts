import { cidrAround } from "./address-ranges.ts";
import { addressNumber, type AddressNumber } from "./address.ts";
import { CountedRanges } from "./counted-ranges.ts";

/** Prefix lengths for what is around a known Service: the usual range, or less where nodes live in that. */
const PREFIXES = { 32: [16, 20, 24], 128: [112, 120] } as const;

/** The ranges around addresses of a kind, as wide as they can be without taking in a node's. */
export class LearnedRanges {
  readonly #members = new CountedRanges();
  readonly #nodes = new CountedRanges();

  add(ip: string): void {
    for (const cidr of blocksAround(ip)) this.#members.add(cidr);
  }

  remove(ip: string): void {
    for (const cidr of blocksAround(ip)) this.#members.remove(cidr);
  }

  addNode(ip: string): void {
    for (const cidr of blocksAround(ip)) this.#nodes.add(cidr);
  }

  removeNode(ip: string): void {
    for (const cidr of blocksAround(ip)) this.#nodes.remove(cidr);
  }

  holds(address: AddressNumber): boolean {
    return PREFIXES[address.width].some(
      (prefix) => this.#members.hasBlock(address, prefix) && !this.#nodes.hasBlock(address, prefix),
    );
  }
}

function blocksAround(ip: string) {
  const address = addressNumber(ip);
  return PREFIXES[address.width].map((prefix) => cidrAround(address, prefix));
}
