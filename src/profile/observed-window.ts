import type { CaptureStatus } from "../flow/connection.ts";

/** What the whole book was seen through: the same for each profile in it. */
export interface Window {
  /** Microseconds since the epoch; null before anything was watched. */
  readonly sinceUs: number | null;
  readonly untilUs: number | null;
  /** Packets that the kernel dropped; null where capture has not said. */
  readonly dropped: number | null;
}

/** The window while it widens, over restarts of capture and of the agent. */
export class ObservedWindow {
  #window: Window = { sinceUs: null, untilUs: null, dropped: null };
  #droppedByThisCapture = 0;

  get now(): Window {
    return this.#window;
  }

  restore(window: Window): void {
    this.#window = window;
  }

  widen(fromUs: number, untilUs: number): void {
    const { sinceUs, untilUs: last, dropped } = this.#window;
    this.#window = {
      sinceUs: Math.min(sinceUs ?? fromUs, fromUs),
      untilUs: Math.max(last ?? untilUs, untilUs),
      dropped,
    };
  }

  /** Capture counts its drops from its own start: a lower count than before is a new capture. */
  addStatus({ dropped, timeUs }: CaptureStatus): void {
    const isNewCapture = dropped < this.#droppedByThisCapture;
    const more = dropped - (isNewCapture ? 0 : this.#droppedByThisCapture);
    this.#droppedByThisCapture = dropped;
    this.#window = { ...this.#window, dropped: (this.#window.dropped ?? 0) + more };
    this.widen(timeUs, timeUs);
  }
}
