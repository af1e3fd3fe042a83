import { setImmediate as yieldOnce, setTimeout as rest } from "node:timers/promises";
import type { Frame } from "../capture/frame.ts";
import { isBeat } from "../capture/heartbeat.ts";
import { kernelFilter } from "../capture/kernel-filter.ts";
import { LiveInterfaces } from "../capture/live-interfaces.ts";
import type { LiveOptions } from "../capture/live-session.ts";
import { LiveWatch } from "../capture/live-watch.ts";
import { SteadyClock } from "../capture/steady-clock.ts";
import { AttemptLimit } from "./attempt-limit.ts";
import type { CaptureStatus, FlowEvent } from "./connection.ts";
import type { EventWriter } from "./event-writer.ts";
import { defaultFlowSettings, type FlowSettings } from "./flow-settings.ts";
import { FlowTracker } from "./flow-tracker.ts";
import { MuteHeavy } from "./mute-heavy.ts";
import type { MutingSettings } from "./muting.ts";
import { OlderConnections } from "./older-connections.ts";
import { Sampling } from "./sampling.ts";
import type { SweepSettings } from "./sweeps.ts";
import { movedBy } from "./told-time.ts";

/** How often the kernel's rings are emptied. At 4 MiB they have room for half a million SYNs a second meanwhile, more than twice what is looked at. */
const READ_MS = 50;
/** And while little comes: waking up costs more than a few packets do, and is most of what bulk data costs. */
const QUIET_READ_MS = 250;
/** So many packets since the last rest are more than little: a hundredth of what a ring has room for. */
const BUSY_PACKETS = 256;
const TELL_US = 200_000;
const STATUS_US = 1_000_000;
/** How long, in all, the end waits for a reader who has much to take at once. */
const END_PATIENCE_MS = 5_000;
/** A ring's worth, so that the end comes though packets never cease. */
const LAST_READINGS = 32;
/**
 * How far the tracker's clock stays behind ours, so that packets still in a ring are not late: while a turn empties
 * them all, and while it does not.
 */
const RING_DELAY_US = 500_000;
const BACKLOG_DELAY_US = 4_000_000;
/** See docs/performance.md for what a packet costs. */
const PACKETS_PER_SECOND = 200_000;
const FAILED_ATTEMPTS_PER_SECOND = 2_000;

export interface CaptureLoopOptions {
  /** `any`, or names and patterns, see interface-pattern.ts. */
  readonly interfaces: string;
  readonly live?: Partial<LiveOptions>;
  readonly writer: EventWriter;
  /** Of the flow table's hash, and of the choice of connections when there are too many. */
  readonly seed: number;
  /** Packets a second, past which only a share of the connections is followed. */
  readonly packetsPerSecond?: number;
  readonly settings?: Partial<FlowSettings>;
  readonly sweeps?: Partial<SweepSettings>;
  readonly muting?: Partial<MutingSettings>;
  readonly onWarning: (message: string) => void;
}

/**
 * In: packets of the chosen interfaces. Out: flow events on a writer, until the reader goes or `signal`
 * aborts. A turn takes a bounded number of packets, however many there are; between turns the event loop has its own.
 */
export class CaptureLoop {
  readonly #writer: EventWriter;
  readonly #clock = new SteadyClock();
  readonly #sampling: Sampling;
  readonly #attempts = new AttemptLimit(FAILED_ATTEMPTS_PER_SECOND);
  readonly #tracker: FlowTracker;
  readonly #interfaces: LiveInterfaces;
  readonly #watch: LiveWatch;
  readonly #older: OlderConnections;
  readonly #mute: MuteHeavy;
  #startedUs = 0;
  #packetsAtRest = 0;
  #nowUs = 0;
  #toldUs = 0;
  #statusUs = 0;

  constructor(options: CaptureLoopOptions) {
    const { interfaces, live = {}, writer, seed, packetsPerSecond = PACKETS_PER_SECOND, onWarning } = options;
    this.#writer = writer;
    this.#sampling = new Sampling({ perSecond: packetsPerSecond, seed });
    const admits = this.#sampling.admits.bind(this.#sampling);
    const settings = { ...defaultFlowSettings, ...options.settings };
    this.#tracker = new FlowTracker({ seed, settings, admits, clock: "caller", emit: (event) => this.#emit(event) });
    const onFrame = (frame: Frame): void => this.#onFrame(frame);
    this.#interfaces = new LiveInterfaces({ interfaces, filter: kernelFilter, live, onFrame, onWarning });
    this.#watch = new LiveWatch(this.#interfaces, onWarning);
    const now = (): number => this.#nowUs - RING_DELAY_US;
    const shared = { tracker: this.#tracker, interfaces: this.#interfaces };
    this.#older = new OlderConnections({ ...shared, writer, now, sweeps: options.sweeps ?? {} });
    this.#mute = new MuteHeavy({ ...shared, muting: options.muting ?? {} });
  }

  /** Throws CaptureFault if an interface that is named in full can't be opened at the start. */
  async run(signal: AbortSignal): Promise<void> {
    this.#nowUs = this.#startedUs = this.#clock.nowUs();
    this.#interfaces.open(this.#nowUs / 1000);
    this.#tellStatus();
    try {
      while (!signal.aborted && !this.#writer.isClosed) {
        const isMore = this.#turn(signal);
        await (isMore ? yieldOnce() : this.#rest());
      }
    } finally {
      this.#watch.close();
      this.#finish();
    }
  }

  /** Until it is worth the while to look again. */
  #rest(): Promise<void> {
    const { packets } = this.#tracker;
    const isQuiet = packets - this.#packetsAtRest < BUSY_PACKETS;
    this.#packetsAtRest = packets;
    return rest(isQuiet ? QUIET_READ_MS : READ_MS);
  }

  /** Everything that is done regularly. True if more packets may be waiting. */
  #turn(signal: AbortSignal): boolean {
    this.#nowUs = this.#clock.nowUs();
    const wallUs = Date.now() * 1000;
    const isMore = this.#interfaces.read(wallUs);
    this.#tracker.advance(this.#nowUs - (isMore ? BACKLOG_DELAY_US : RING_DELAY_US));
    this.#watch.look(this.#nowUs, this.#tracker.packets);
    this.#older.advance(this.#nowUs, wallUs, signal);
    if (!this.#older.isListening) this.#mute.advance(this.#nowUs, wallUs);
    if (this.#nowUs - this.#toldUs >= TELL_US) this.#tell();
    return isMore;
  }

  #onFrame(frame: Frame): void {
    frame.timeUs = this.#clock.ofPacket(frame.timeUs, this.#nowUs);
    if (isBeat(frame)) this.#watch.onBeat(frame, this.#tracker.packets);
    else this.#tracker.add(frame);
  }

  #emit(event: FlowEvent): void {
    if (!this.#attempts.admits(event)) return;
    const { steppedUs } = this.#clock;
    this.#writer.write(steppedUs === 0 ? event : movedBy(steppedUs, event));
  }

  #tell(): void {
    this.#toldUs = this.#nowUs;
    this.#clock.followWall();
    this.#sampling.adjust(this.#nowUs);
    this.#attempts.refill(this.#nowUs);
    if (this.#nowUs - this.#statusUs >= STATUS_US) this.#tellStatus();
    this.#writer.flush();
  }

  #tellStatus(): void {
    this.#statusUs = this.#nowUs;
    this.#writer.write({ kind: "status", status: this.#status() });
  }

  #status(): CaptureStatus {
    const { packets, evicted, unreadable } = this.#tracker;
    return {
      packets,
      dropped: this.#interfaces.dropped,
      overflowed: this.#writer.overflowed,
      evicted,
      unreadable,
      sampledOut: this.#sampling.sampledOut,
      untold: this.#attempts.untold,
      interfaces: this.#interfaces.size,
      interfacesNotCaptured: this.#interfaces.notCaptured,
      reopened: this.#interfaces.reopened,
      isSilent: this.#watch.isSilent,
      older: this.#older.status,
      muted: this.#mute.size,
      startedUs: this.#startedUs,
      timeUs: this.#nowUs + this.#clock.steppedUs,
    };
  }

  #finish(): void {
    for (let readings = 0; readings < LAST_READINGS && this.#interfaces.read(Number.POSITIVE_INFINITY); readings++);
    this.#writer.waitForReader(END_PATIENCE_MS);
    this.#tracker.finish();
    this.#tellStatus();
    this.#writer.flush();
    this.#interfaces.close();
  }
}
