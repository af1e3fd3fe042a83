import { ipv4Number } from "./address.ts";
import type { Row } from "./holding-table.ts";

/** Each slot is an IPv4 address and the row it leads to, counted from one: zero is an empty slot. */
const NUMBERS = 2;
const FIRST_SLOTS = 64;
/** Of four slots; a chain of neighbours is two slots long then, as a rule. */
const MOST_FULL = 3;
/** 2^32 divided by the golden ratio: addresses of one range come to lie far apart (Knuth, 6.4). */
const SPREAD = 0x9e3779b1;

/**
 * Which row an address leads to. IPv4 addresses are numbers in one array, found by open addressing: a Map of as many
 * texts lies in four places for each of them, and what is looked up among a hundred thousand lies in no cache.
 */
export class AddressRows {
  #slots = new Int32Array(FIRST_SLOTS * NUMBERS);
  #size = 0;
  /** IPv6, and whatever else somebody asks for. */
  readonly #others = new Map<string, Row>();

  /** Only canonical text is found. */
  get(ip: string): Row | undefined {
    const number = ipv4Number(ip);
    if (number === undefined) return this.#others.get(ip);
    const row = this.#slots[this.#slotOf(number | 0) + 1]! - 1;
    return row < 0 ? undefined : row;
  }

  set(ip: string, row: Row): void {
    const number = ipv4Number(ip);
    if (number === undefined) this.#others.set(ip, row);
    else this.#put(number | 0, row);
  }

  delete(ip: string): void {
    const number = ipv4Number(ip);
    if (number === undefined) this.#others.delete(ip);
    else this.#empty(this.#slotOf(number | 0));
  }

  #put(number: number, row: Row): void {
    const slot = this.#slotOf(number);
    const isNew = this.#slots[slot + 1] === 0;
    this.#slots[slot] = number;
    this.#slots[slot + 1] = row + 1;
    if (!isNew) return;
    this.#size += 1;
    if (this.#size * 4 > (this.#slots.length / NUMBERS) * MOST_FULL) this.#grow();
  }

  /** Where the address is, or else the empty slot where it would be. */
  #slotOf(number: number): number {
    const slots = this.#slots;
    let slot = this.#homeOf(number);
    while (slots[slot + 1] !== 0 && slots[slot] !== number) slot = this.#after(slot);
    return slot;
  }

  #homeOf(number: number): number {
    // The upper bits of the product are the well mixed ones.
    return (Math.imul(number, SPREAD) >>> Math.clz32(this.#slots.length / NUMBERS - 1)) * NUMBERS;
  }

  #after(slot: number): number {
    return (slot + NUMBERS) & (this.#slots.length - 1);
  }

  /** Those behind it that would lie in the empty slot move up, so that no chain is broken (Knuth, 6.4, algorithm R). */
  #empty(found: number): void {
    const slots = this.#slots;
    if (slots[found + 1] === 0) return;
    this.#size -= 1;
    let hole = found;
    for (let next = this.#after(hole); slots[next + 1] !== 0; next = this.#after(next)) {
      const last = slots.length - 1;
      if (((next - this.#homeOf(slots[next]!)) & last) < ((next - hole) & last)) continue;
      slots.copyWithin(hole, next, next + NUMBERS);
      hole = next;
    }
    slots[hole + 1] = 0;
  }

  #grow(): void {
    const former = this.#slots;
    this.#slots = new Int32Array(former.length * 2);
    for (let slot = 0; slot < former.length; slot += NUMBERS) {
      const row = former[slot + 1]!;
      if (row === 0) continue;
      const place = this.#slotOf(former[slot]!);
      this.#slots[place] = former[slot]!;
      this.#slots[place + 1] = row;
    }
  }
}
