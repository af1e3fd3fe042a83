import type { Frame, FrameSink } from "./frame.ts";

/** Numbers kept of a frame beside its octets: time, link type, where its octets begin, how many, how many on the wire. */
const FIELDS = 5;

/** Copies of frames, first in, first out, in memory that is set aside once. */
export class FrameQueue {
  readonly #octets: Uint8Array;
  readonly #fields: Float64Array;
  readonly #frame: Frame;
  #first = 0;
  #count = 0;
  /** Where the next frame's octets go. */
  #end = 0;

  constructor(maxFrames: number, maxOctets: number) {
    this.#octets = new Uint8Array(maxOctets);
    this.#fields = new Float64Array(maxFrames * FIELDS);
    this.#frame = { linkType: 0, timeUs: 0, bytes: this.#octets, start: 0, end: 0, originalLength: 0 };
  }

  get size(): number {
    return this.#count;
  }

  /** Time of the oldest; infinity where there is none. */
  get timeUs(): number {
    return this.#count === 0 ? Number.POSITIVE_INFINITY : this.#fields[this.#first * FIELDS]!;
  }

  /** Whether there was room. */
  add(frame: Frame): boolean {
    const length = frame.end - frame.start;
    const room = Math.max(1, length); // so that no two frames begin at one place
    const start = this.#place(room);
    if (start === undefined) return false;
    this.#copy(frame, start);
    const at = ((this.#first + this.#count) % this.#maxFrames) * FIELDS;
    this.#fields[at] = frame.timeUs;
    this.#fields[at + 1] = frame.linkType;
    this.#fields[at + 2] = start;
    this.#fields[at + 3] = length;
    this.#fields[at + 4] = frame.originalLength;
    this.#count += 1;
    this.#end = start + room;
    return true;
  }

  /** Hands over the oldest, which there must be, and forgets it. */
  shift(onFrame: FrameSink): void {
    const at = this.#first * FIELDS;
    const frame = this.#frame;
    frame.timeUs = this.#fields[at]!;
    frame.linkType = this.#fields[at + 1]!;
    frame.start = this.#fields[at + 2]!;
    frame.end = frame.start + this.#fields[at + 3]!;
    frame.originalLength = this.#fields[at + 4]!;
    this.#first = (this.#first + 1) % this.#maxFrames;
    this.#count -= 1;
    onFrame(frame);
  }

  get #maxFrames(): number {
    return this.#fields.length / FIELDS;
  }

  /** One by one: for so few, a subarray would cost more than the copy. */
  #copy({ bytes, start, end }: Frame, to: number): void {
    const octets = this.#octets;
    const shift = to - start;
    for (let at = start; at < end; at++) octets[at + shift] = bytes[at]!;
  }

  /** Where so many octets have room in one piece: after the newest, or at the beginning if the oldest leaves room there. */
  #place(length: number): number | undefined {
    if (this.#count === 0) return length <= this.#octets.length ? 0 : undefined;
    if (this.#count === this.#maxFrames) return undefined;
    const oldest = this.#fields[this.#first * FIELDS + 2]!;
    const isWrapped = this.#end <= oldest;
    if (isWrapped) return this.#end + length <= oldest ? this.#end : undefined;
    if (this.#end + length <= this.#octets.length) return this.#end;
    return length <= oldest ? 0 : undefined;
  }
}
