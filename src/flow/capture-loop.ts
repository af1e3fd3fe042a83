import type { Frame } from "../capture/frame.ts";
import { kernelFilter } from "../capture/kernel-filter.ts";
import { LiveInterfaces } from "../capture/live-interfaces.ts";
import type { LiveOptions } from "../capture/live-session.ts";
import type { EventWriter } from "./event-writer.ts";
import { FlowTracker } from "./flow-tracker.ts";

/** How often the kernel's rings are emptied. At 8 MiB they have room for a million SYNs a second meanwhile. */
const READ_MS = 50;
const FLUSH_US = 200_000;
const STATUS_US = 1_000_000;
const INTERFACES_US = 2_000_000;
/** How long, in all, the end waits for a reader who has much to take at once. */
const END_PATIENCE_MS = 5_000;
/** How far the tracker's clock stays behind ours, so that packets still in a ring are not late. */
const RING_DELAY_US = 500_000;

export interface CaptureLoopOptions {
  /** `any`, or names and patterns, see interface-pattern.ts. */
  readonly interfaces: string;
  readonly live?: Partial<LiveOptions>;
  readonly writer: EventWriter;
  /** Of the flow table's hash. */
  readonly seed: number;
  readonly onWarning: (message: string) => void;
}

/**
 * In: packets of the chosen interfaces. Out: flow events on a writer, until the reader goes or `signal`
 * aborts. While packets keep coming the event loop gets no turn, so what must happen in time (telling,
 * looking whether anybody still reads) happens in the packet callback too, by the packets' own clock.
 */
export class CaptureLoop {
  readonly #options: CaptureLoopOptions;
  readonly #tracker: FlowTracker;
  readonly #interfaces: LiveInterfaces;
  #flushedUs = 0;
  #statusUs = 0;
  #interfacesUs = 0;
  #stop: () => void = () => undefined;

  constructor(options: CaptureLoopOptions) {
    const { interfaces, live = {}, writer, seed, onWarning } = options;
    this.#options = options;
    this.#tracker = new FlowTracker({ seed, emit: (event) => writer.write(event) });
    const onFrame = (frame: Frame): void => this.#onFrame(frame);
    this.#interfaces = new LiveInterfaces({ interfaces, filter: kernelFilter, live, onFrame, onWarning });
  }

  /** Throws CaptureFault if not all of the interfaces can be opened at the start. */
  async run(signal: AbortSignal): Promise<void> {
    this.#interfaces.open();
    const stopped = new Promise<void>((resolve) => {
      this.#stop = resolve;
    });
    signal.addEventListener("abort", this.#stop, { once: true });
    const timer = setInterval(() => this.#turn(Date.now() * 1000), READ_MS);
    this.#tellStatus(Date.now() * 1000);
    await stopped;
    clearInterval(timer);
    signal.removeEventListener("abort", this.#stop);
    this.#finish();
  }

  /** Everything that is done regularly. */
  #turn(nowUs: number): void {
    this.#interfaces.read();
    this.#tracker.advance(nowUs - RING_DELAY_US);
    if (nowUs - this.#interfacesUs >= INTERFACES_US) {
      this.#interfacesUs = nowUs;
      this.#interfaces.refresh();
    }
    if (nowUs - this.#flushedUs >= FLUSH_US) this.#tell(nowUs);
  }

  #onFrame(frame: Frame): void {
    this.#tracker.add(frame);
    if (frame.timeUs - this.#flushedUs >= FLUSH_US) this.#tell(frame.timeUs);
  }

  /** What is known by now; ends the loop if nobody reads it. */
  #tell(nowUs: number): void {
    this.#flushedUs = nowUs;
    if (nowUs - this.#statusUs >= STATUS_US) this.#tellStatus(nowUs);
    this.#options.writer.flush();
    if (this.#options.writer.isClosed) this.#stopCapturing();
  }

  #tellStatus(nowUs: number): void {
    this.#statusUs = nowUs;
    const { packets, evicted, unreadable } = this.#tracker;
    const { overflowed } = this.#options.writer;
    const { dropped } = this.#interfaces;
    const status = { packets, dropped, overflowed, evicted, unreadable, timeUs: nowUs };
    this.#options.writer.write({ kind: "status", status });
  }

  /** Called on libpcap's stack too: asks its loop to end, so that the event loop gets its turn. */
  #stopCapturing(): void {
    this.#interfaces.close();
    this.#stop();
  }

  #finish(): void {
    this.#interfaces.read();
    this.#options.writer.waitForReader(END_PATIENCE_MS);
    this.#tracker.finish();
    this.#tellStatus(Date.now() * 1000);
    this.#options.writer.flush();
    this.#stopCapturing();
  }
}
