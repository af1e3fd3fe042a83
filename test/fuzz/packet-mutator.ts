/** Breaks packets: a whole one goes in, and what some bad network, card, tunnel or enemy could have made of it comes out. */
import { emptyFrame } from "../../src/capture/frame.ts";
import type { Frame } from "../../src/capture/frame.ts";
import { LinkType } from "../../src/capture/link-type.ts";
import type { Random } from "./random.ts";

/** Longest packet that it makes; what is longer is cut. */
const MAX_OCTETS = 2048;
/** Octets before and behind each packet, which nobody may read. */
export const GUARD_OCTETS = 64;

const LINK_TYPES = Object.values(LinkType);
const LINK_OCTETS: ReadonlyMap<number, number> = new Map([
  [LinkType.ETHERNET, 14],
  [LinkType.LINUX_SLL, 16],
  [LinkType.LINUX_SLL2, 20],
  [LinkType.NULL, 4],
  [LinkType.LOOP, 4],
]);
/** Values at which lengths and counts go wrong. */
const EDGES = [0, 1, 2, 3, 4, 5, 7, 8, 11, 12, 15, 16, 19, 20, 39, 40, 41, 64, 127, 128, 255, 256, 1499, 32767, 65534];
/** Offsets of lengths, counts, types and flags behind the link layer, as IPv4 and IPv6 with TCP, UDP, SCTP, DNS have them. */
const FIELDS = [0, 2, 4, 6, 8, 9, 20, 22, 24, 26, 28, 30, 32, 33, 34, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60];

export class PacketMutator {
  readonly frame: Frame;
  readonly #random: Random;
  readonly #originals: readonly Frame[];
  readonly #bytes = new Uint8Array(MAX_OCTETS + 2 * GUARD_OCTETS);

  constructor(originals: readonly Frame[], random: Random) {
    this.frame = emptyFrame(this.#bytes);
    this.frame.start = GUARD_OCTETS;
    this.#originals = originals;
    this.#random = random;
  }

  /** Makes the next packet, in `frame`. */
  next(): void {
    const random = this.#random;
    this.#copy(random.pick(this.#originals));
    for (let changes = 1 + random.below(4); changes > 0; changes--) this.#change();
    this.guard(random.below(256));
  }

  /** Fills what lies around the packet with this octet. */
  guard(octet: number): void {
    this.#bytes.fill(octet, 0, GUARD_OCTETS);
    this.#bytes.fill(octet, this.frame.end, this.frame.end + GUARD_OCTETS);
  }

  #copy({ linkType, timeUs, bytes, start, end, originalLength }: Frame): void {
    const length = Math.min(end - start, MAX_OCTETS);
    this.#bytes.set(bytes.subarray(start, start + length), GUARD_OCTETS);
    this.frame.linkType = linkType;
    this.frame.timeUs = timeUs;
    this.frame.end = GUARD_OCTETS + length;
    this.frame.originalLength = originalLength;
  }

  #change(): void {
    switch (this.#random.below(12)) {
      case 0:
        return this.#truncate();
      case 1:
        return this.#splice();
      case 2:
        return this.#repeat();
      case 3:
        return this.#remove();
      case 4:
        return this.#mistake();
      case 5:
      case 6:
        return this.#setOctet();
      case 7:
      case 8:
      case 9:
        return this.#lie();
      default:
        return this.#flip();
    }
  }

  #flip(): void {
    const at = this.#anyOctet();
    this.#bytes[at]! ^= 1 << this.#random.below(8);
  }

  #setOctet(): void {
    this.#bytes[this.#anyOctet()] = this.#random.below(256);
  }

  /** Most of the time among the headers. */
  #anyOctet(): number {
    const { start, end } = this.frame;
    const among = this.#random.below(4) === 0 ? end - start : Math.min(end - start, 96);
    return start + this.#random.below(Math.max(among, 1));
  }

  /** A wrong length, count, type or flag where such a field is. */
  #lie(): void {
    const random = this.#random;
    const link = LINK_OCTETS.get(this.frame.linkType) ?? 0;
    const at = this.frame.start + link + random.pick(FIELDS);
    if (at + 2 > this.frame.end) return;
    const value = random.pick(EDGES);
    if (random.below(2) === 0) this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }

  /** By a snapshot length, or on the wire. */
  #truncate(): void {
    const { frame } = this;
    frame.end = frame.start + this.#random.below(frame.end - frame.start + 1);
    if (this.#random.below(2) === 0) frame.originalLength = frame.end - frame.start;
  }

  /** From some place on it is another packet. */
  #splice(): void {
    const other = this.#random.pick(this.#originals);
    const to = this.#anyOctet();
    const from = other.start + this.#random.below(Math.max(other.end - other.start, 1));
    const part = other.bytes.subarray(from, Math.min(other.end, from + GUARD_OCTETS + MAX_OCTETS - to));
    this.#bytes.set(part, to);
    this.#setEnd(to + part.length);
  }

  /** Some octets stand twice, as where headers are nested. */
  #repeat(): void {
    const { end } = this.frame;
    const from = this.#anyOctet();
    const length = Math.min(1 + this.#random.below(48), end - from, GUARD_OCTETS + MAX_OCTETS - end);
    if (length <= 0) return;
    this.#bytes.copyWithin(from + length, from, end);
    this.#setEnd(end + length);
  }

  #remove(): void {
    const { end } = this.frame;
    const from = this.#anyOctet();
    const length = Math.min(1 + this.#random.below(48), end - from);
    if (length <= 0) return;
    this.#bytes.copyWithin(from, from + length, end);
    this.#setEnd(end - length);
  }

  #setEnd(end: number): void {
    const { frame } = this;
    frame.originalLength = Math.max(0, frame.originalLength + end - frame.end, end - frame.start);
    frame.end = end;
  }

  /** It is taken for one of another link, or of another time. */
  #mistake(): void {
    const random = this.#random;
    if (random.below(2) === 0) this.frame.linkType = random.pick(LINK_TYPES);
    else this.frame.timeUs = Math.max(0, this.frame.timeUs + (random.below(2 ** 31) - 2 ** 30));
  }
}
