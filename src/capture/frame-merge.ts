import type { Frame, FrameSink } from "./frame.ts";
import { FrameQueue } from "./frame-queue.ts";

export interface MergeOptions {
  readonly onFrame: FrameSink;
  readonly maxFrames: number;
  readonly maxOctets: number;
}

/**
 * In: frames of two sessions on one interface, each in its own order; the kernel hands over their rings block
 * by block, so that one may be a tenth of a second behind the other. Out: all of them in the order of their
 * times, which is what tells a connection's first data from its handshake.
 */
export class FrameMerge {
  readonly #onFrame: FrameSink;
  readonly #queues: readonly [FrameQueue, FrameQueue];

  constructor({ onFrame, maxFrames, maxOctets }: MergeOptions) {
    this.#onFrame = onFrame;
    this.#queues = [new FrameQueue(maxFrames, maxOctets), new FrameQueue(maxFrames, maxOctets)];
  }

  get size(): number {
    return this.#queues[0].size + this.#queues[1].size;
  }

  /** Time of the oldest; infinity where there is none. */
  get timeUs(): number {
    return Math.min(this.#queues[0].timeUs, this.#queues[1].timeUs);
  }

  /** Where there is no room the oldest are handed over early: rather out of order than lost. */
  add(session: 0 | 1, frame: Frame): void {
    const queue = this.#queues[session];
    while (!queue.add(frame)) {
      if (this.size === 0) return this.#onFrame(frame);
      this.#shift();
    }
  }

  /** Hands over what is no younger than this. */
  release(untilUs: number): void {
    while (this.size > 0 && this.timeUs <= untilUs) this.#shift();
  }

  #shift(): void {
    const [a, b] = this.#queues;
    (a.timeUs <= b.timeUs ? a : b).shift(this.#onFrame);
  }
}
