import type { Holding } from "./holding.ts";

/** Where a holding lies in the table: the same for as long as it is there. */
export type Row = number;

/** The row of the one before it, and five times: together, since they are looked at together. */
const NUMBERS = 6;
const EARLIER = 0;
const TIMES = 1;
const NO_ROW = -1;
const FIRST_ROOM = 64;

/**
 * Holdings as columns, of numbers where they are numbers: there are a hundred thousand, and an object with its boxed
 * times would take three times as much of each. Those of one address are chained, the latest first.
 */
export class HoldingTable<T> {
  readonly #keys: string[] = [];
  readonly #ips: string[] = [];
  readonly #values: (T | undefined)[] = [];
  #numbers = new Float64Array(FIRST_ROOM * NUMBERS);
  #isStaying = new Uint8Array(FIRST_ROOM);
  /** Rows whose holding was removed. */
  readonly #free: Row[] = [];

  add(holding: Holding<T>, earlier: Row | undefined): Row {
    const row = this.#free.pop() ?? this.#values.length;
    if (row >= this.#isStaying.length) this.#grow();
    this.#keys[row] = holding.key;
    this.#ips[row] = holding.ip;
    this.set(row, holding);
    this.link(row, earlier);
    return row;
  }

  /** Everything but whose it is, and of which address. */
  set(row: Row, { value, fromUs, surelyFromUs, untilUs, surelyUntilUs, toldUs, isStaying }: Holding<T>): void {
    this.#values[row] = value;
    const at = row * NUMBERS + TIMES;
    this.#numbers[at] = fromUs;
    this.#numbers[at + 1] = untilUs;
    this.#numbers[at + 2] = surelyFromUs;
    this.#numbers[at + 3] = surelyUntilUs;
    this.#numbers[at + 4] = toldUs;
    this.#isStaying[row] = Number(isStaying);
  }

  remove(row: Row): void {
    this.#values[row] = undefined;
    this.#keys[row] = "";
    this.#ips[row] = "";
    this.#free.push(row);
  }

  /** A copy: what is changed of it has to be set. */
  get(row: Row): Holding<T> {
    const at = row * NUMBERS + TIMES;
    return {
      key: this.#keys[row]!,
      ip: this.#ips[row]!,
      value: this.valueOf(row),
      fromUs: this.#numbers[at]!,
      untilUs: this.#numbers[at + 1]!,
      surelyFromUs: this.#numbers[at + 2]!,
      surelyUntilUs: this.#numbers[at + 3]!,
      toldUs: this.#numbers[at + 4]!,
      isStaying: this.#isStaying[row] === 1,
    };
  }

  valueOf(row: Row): T {
    return this.#values[row] as T;
  }

  setValue(row: Row, value: T): void {
    this.#values[row] = value;
  }

  keyOf(row: Row): string {
    return this.#keys[row]!;
  }

  /** Whether there is none before it of the same address, and its times, as they are told, cover the moment. */
  isOnlyAt(row: Row, timeUs: number): boolean {
    const at = row * NUMBERS;
    const numbers = this.#numbers;
    return numbers[at] === NO_ROW && numbers[at + TIMES]! <= timeUs && timeUs <= numbers[at + TIMES + 1]!;
  }

  /** The one before it of the same address, that may go on still. */
  earlierOf(row: Row): Row | undefined {
    const earlier = this.#numbers[row * NUMBERS + EARLIER];
    return earlier === NO_ROW ? undefined : earlier;
  }

  link(row: Row, earlier: Row | undefined): void {
    this.#numbers[row * NUMBERS + EARLIER] = earlier ?? NO_ROW;
  }

  /** This one and those before it. */
  *chain(latest: Row | undefined): IteratorObject<Row, undefined> {
    for (let row = latest; row !== undefined; row = this.earlierOf(row)) yield row;
  }

  /** By half: what is copied stays small beside what is kept. */
  #grow(): void {
    const [numbers, isStaying] = [this.#numbers, this.#isStaying];
    const room = Math.ceil(isStaying.length * 1.5);
    this.#numbers = new Float64Array(room * NUMBERS);
    this.#isStaying = new Uint8Array(room);
    this.#numbers.set(numbers);
    this.#isStaying.set(isStaying);
  }
}
