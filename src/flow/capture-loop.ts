import type { Frame } from "../capture/frame.ts";
import { matchInterfaces } from "../capture/interface-pattern.ts";
import { kernelFilter } from "../capture/kernel-filter.ts";
import { CaptureFault, defaultLiveOptions, interfaceNames, LiveCapture, type LiveOptions } from "../capture/live.ts";
import type { EventWriter } from "./event-writer.ts";
import { FlowTracker } from "./flow-tracker.ts";

const FLUSH_US = 200_000;
const STATUS_US = 1_000_000;
const INTERFACES_US = 2_000_000;
/** How far the tracker's clock stays behind ours, so that packets still in the ring are not late. */
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
 * aborts. All that must happen in time (flushing, looking whether anybody still reads) happens in the packet
 * callback by the packets' own clock, and by a timer only while no packets come.
 */
export class CaptureLoop {
  readonly #options: CaptureLoopOptions;
  readonly #liveOptions: LiveOptions;
  readonly #tracker: FlowTracker;
  readonly #captures = new Map<string, LiveCapture>();
  /** Drops of interfaces that are gone. */
  #pastDropped = 0;
  #flushedUs = 0;
  #statusUs = 0;
  #interfacesUs = 0;
  #stop: () => void = () => undefined;

  constructor(options: CaptureLoopOptions) {
    this.#options = options;
    this.#liveOptions = { filter: kernelFilter, ...defaultLiveOptions, ...options.live };
    this.#tracker = new FlowTracker({ seed: options.seed, emit: (event) => options.writer.write(event) });
  }

  /** Throws CaptureFault if none of the interfaces can be opened at the start. */
  async run(signal: AbortSignal): Promise<void> {
    this.#openInterfaces(true);
    const stopped = new Promise<void>((resolve) => {
      this.#stop = resolve;
    });
    signal.addEventListener("abort", this.#stop, { once: true });
    const timer = setInterval(() => this.#onTimer(Date.now() * 1000), FLUSH_US / 1000);
    this.#tellStatus(Date.now() * 1000);
    await stopped;
    clearInterval(timer);
    signal.removeEventListener("abort", this.#stop);
    this.#close();
  }

  #onTimer(nowUs: number): void {
    this.#tracker.advance(nowUs - RING_DELAY_US);
    if (nowUs - this.#interfacesUs >= INTERFACES_US) {
      this.#interfacesUs = nowUs;
      this.#openInterfaces(false);
    }
    this.#beat(nowUs);
  }

  #onFrame(frame: Frame): void {
    this.#tracker.add(frame);
    if (frame.timeUs - this.#flushedUs >= FLUSH_US) this.#beat(frame.timeUs);
  }

  #beat(nowUs: number): void {
    this.#flushedUs = nowUs;
    if (nowUs - this.#statusUs >= STATUS_US) this.#tellStatus(nowUs);
    this.#options.writer.flush();
    if (this.#options.writer.isClosed) this.#stopCapturing();
  }

  #tellStatus(nowUs: number): void {
    this.#statusUs = nowUs;
    const { packets, evicted, unreadable } = this.#tracker;
    const { overflowed } = this.#options.writer;
    const status = { packets, dropped: this.#dropped(), overflowed, evicted, unreadable, timeUs: nowUs };
    this.#options.writer.write({ kind: "status", status });
  }

  #dropped(): number {
    let dropped = this.#pastDropped;
    for (const capture of this.#captures.values()) dropped += capture.dropped();
    return dropped;
  }

  /** Interfaces come and go with their pods: opens those that are new, lets go of those that are no more. */
  #openInterfaces(isFirst: boolean): void {
    const wanted = matchInterfaces(this.#options.interfaces, interfaceNames());
    if (isFirst && wanted.length === 0) throw new CaptureFault(`no interface matches ${this.#options.interfaces}`);
    for (const [name, capture] of this.#captures) if (!wanted.includes(name)) this.#drop(name, capture);
    for (const name of wanted) if (!this.#captures.has(name)) this.#open(name, isFirst);
  }

  #open(name: string, isFirst: boolean): void {
    try {
      this.#captures.set(name, new LiveCapture(name, this.#liveOptions, (frame) => this.#onFrame(frame)));
    } catch (error) {
      if (isFirst || !(error instanceof CaptureFault)) throw error;
      this.#options.onWarning(error.message); // it may be gone again already; the next look tells
    }
  }

  #drop(name: string, capture: LiveCapture): void {
    this.#pastDropped += capture.dropped();
    capture.close();
    this.#captures.delete(name);
  }

  /** Called on libpcap's stack too: asks its loop to end, so that the event loop gets its turn. */
  #stopCapturing(): void {
    for (const [name, capture] of this.#captures) this.#drop(name, capture);
    this.#stop();
  }

  #close(): void {
    this.#tracker.finish();
    this.#tellStatus(Date.now() * 1000);
    this.#options.writer.flush();
    this.#stopCapturing();
  }
}
