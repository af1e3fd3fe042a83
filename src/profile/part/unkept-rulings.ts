import { setTimeout as sleep } from "node:timers/promises";
import { defaultPauses, type Pauses } from "../../cluster/api/watch-loop.ts";
import { DecisionsFull } from "../decision-book.ts";
import { FairShare } from "../fair-share.ts";
import { TombstonesFull } from "../tombstones.ts";

/** What finds no room here is read again when the agent begins anew, or its watch of the rulings. */
const MAX_UNKEPT = 4_096;

/** A ruling of another node that could not be kept. */
export interface Unkept {
  /** A later ruling of the same takes its place. */
  readonly key: string;
  readonly namespace: string;
  /** Throws as long as it can't be done. */
  readonly keep: () => void;
}

/**
 * What was ruled elsewhere and could not be kept here, for want of a disk or of room. It is tried again, first soon and
 * then with ever longer pauses, until it can be, or until something else was ruled.
 */
export class UnkeptRulings {
  readonly #pauses: Pauses;
  readonly #waiting = new Map<string, Unkept>();
  readonly #share = new FairShare(MAX_UNKEPT);

  constructor(pauses = defaultPauses) {
    this.#pauses = pauses;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Now, or else again and again; throws what the first attempt throws. */
  keep(ruling: Unkept): void {
    this.drop(ruling.key);
    try {
      ruling.keep();
    } catch (error) {
      this.#add(ruling);
      throw error;
    }
  }

  drop(key: string): void {
    const dropped = this.#waiting.get(key);
    if (dropped === undefined) return;
    this.#waiting.delete(key);
    this.#share.take(dropped.namespace, -1);
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { firstMs, mostMs } = this.#pauses;
    for (let pauseMs = firstMs; !signal.aborted; pauseMs = this.size === 0 ? firstMs : Math.min(mostMs, pauseMs * 2)) {
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) this.tryAgain();
    }
  }

  /** Each once, unless the disk refuses one: then it does the others too. */
  tryAgain(): void {
    for (const { key, keep } of this.#waiting.values()) {
      try {
        keep();
        this.drop(key);
      } catch (error) {
        if (!(error instanceof DecisionsFull) && !(error instanceof TombstonesFull)) return;
      }
    }
  }

  #add(ruling: Unkept): void {
    if (!this.#share.hasRoom(ruling.namespace, 1)) return;
    this.#waiting.set(ruling.key, ruling);
    this.#share.take(ruling.namespace, 1);
  }
}
