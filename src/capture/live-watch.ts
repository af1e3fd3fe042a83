import type { Frame } from "./frame.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { LiveInterfaces } from "./live-interfaces.ts";
import { type Heard, Silence } from "./silence.ts";

/** Interfaces come with their pods; what one carries before it is noticed is not seen. */
const REFRESH_US = 250_000;
const BEAT_US = 1_000_000;

/**
 * Looks after the open interfaces: follows those that come and go, and finds out by heartbeats whether
 * anything comes through at all, and opens them anew where not.
 */
export class LiveWatch {
  readonly #interfaces: LiveInterfaces;
  readonly #onWarning: (message: string) => void;
  readonly #heartbeat = new Heartbeat();
  readonly #silence = new Silence();
  #nowUs = 0;
  #refreshedUs = 0;
  #beatUs = 0;

  constructor(interfaces: LiveInterfaces, onWarning: (message: string) => void) {
    this.#interfaces = interfaces;
    this.#onWarning = onWarning;
  }

  /** Null where no heartbeat can be sent, or none be heard. */
  get isSilent(): boolean | null {
    return this.#interfaces.hearsBeats && this.#heartbeat.sent > 0 ? this.#silence.isSilent : null;
  }

  /** To be called often; `packets` are all that were delivered since the start. */
  look(nowUs: number, packets: number): void {
    this.#nowUs = nowUs;
    if (nowUs - this.#refreshedUs >= REFRESH_US) {
      this.#refreshedUs = nowUs;
      this.#interfaces.refresh(nowUs / 1000);
    }
    if (nowUs - this.#beatUs >= BEAT_US) {
      this.#beatUs = nowUs;
      this.#beat(packets);
    }
  }

  /** A heartbeat has come through the ring. */
  onBeat(frame: Frame, packets: number): void {
    if (!this.#heartbeat.isOwn(frame)) return;
    if (this.#silence.isSilent) this.#onWarning("capture hears its own packets on loopback again");
    this.#silence.onBeat(this.#nowUs, this.#heard(packets));
  }

  close(): void {
    this.#heartbeat.close();
  }

  #beat(packets: number): void {
    if (!this.#interfaces.hearsBeats) return;
    if (this.#silence.isOver(this.#nowUs, this.#heard(packets))) {
      this.#onWarning("capture hears nothing, not even its own packets on loopback; opening it anew");
      this.#interfaces.reopen(this.#nowUs / 1000);
    }
    this.#heartbeat.beat();
  }

  #heard(packets: number): Heard {
    return { sent: this.#heartbeat.sent, packets, dropped: this.#interfaces.dropped };
  }
}
