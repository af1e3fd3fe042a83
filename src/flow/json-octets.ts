import { rfc3339 } from "./rfc3339.ts";

const FULL_STOP = 0x2e;
const ZERO = 0x30;
const ZULU = 0x5a;
/** `2024-01-01T00:00:00`. */
const SECOND_OCTETS = 19;
/** The year 10000, from which on the text is longer. */
const MAX_SECOND = 253_402_300_800;

/**
 * JSON written straight into octets, a piece at a time. A connection's record is some 300 octets of which all but the
 * digits are the same each time: as strings they would be the most of capture's garbage and half of its time, see
 * docs/decisions/event-lines.md. The caller sees to it that there is room.
 */
export class JsonOctets {
  readonly octets: Buffer;
  /** Index of the next octet to be written. */
  end = 0;
  readonly #second = new Uint8Array(SECOND_OCTETS);
  #secondWritten = -1;

  constructor(capacity: number) {
    this.octets = Buffer.allocUnsafe(capacity);
  }

  /** ASCII that needs no escapes, as it is. */
  ascii(text: string): void {
    const { octets } = this;
    let at = this.end;
    for (let index = 0; index < text.length; index++) octets[at++] = text.charCodeAt(index);
    this.end = at;
  }

  /** Any value, by JSON.stringify: for what is rare, or holds text that others chose. */
  value(value: unknown): void {
    this.end += this.octets.write(JSON.stringify(value), this.end);
  }

  /** A whole number, not negative. */
  number(value: number): void {
    const { octets } = this;
    let digits = 1;
    for (let power = 10; power <= value; power *= 10) digits++;
    this.end += digits;
    let rest = value;
    for (let at = this.end - 1; digits > 0; digits--, at--) {
      const next = Math.floor(rest / 10);
      octets[at] = ZERO + rest - next * 10;
      rest = next;
    }
  }

  /** RFC 3339, 5.6, in UTC with six digits of a second's fraction: what rfc3339() says. */
  time(timeUs: number): void {
    const second = Math.floor(timeUs / 1e6);
    if (second >= MAX_SECOND) return this.ascii(rfc3339(timeUs));
    if (second !== this.#secondWritten) this.#writeSecond(second);
    const { octets } = this;
    octets.set(this.#second, this.end);
    let at = this.end + SECOND_OCTETS;
    octets[at++] = FULL_STOP;
    let rest = timeUs - second * 1e6;
    for (let digit = at + 5; digit >= at; digit--) {
      const next = Math.floor(rest / 10);
      octets[digit] = ZERO + rest - next * 10;
      rest = next;
    }
    octets[at + 6] = ZULU;
    this.end = at + 7;
  }

  /** Thousands of times in a row begin with the same second. */
  #writeSecond(second: number): void {
    const text = new Date(second * 1000).toISOString();
    for (let index = 0; index < SECOND_OCTETS; index++) this.#second[index] = text.charCodeAt(index);
    this.#secondWritten = second;
  }
}
