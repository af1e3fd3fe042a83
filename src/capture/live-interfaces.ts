import { CaptureDenied, CaptureFault } from "./capture-fault.ts";
import type { Conversation } from "./conversation-filter.ts";
import type { FrameSink } from "./frame.ts";
import { type InterfaceCounters, readInterfaceCounters } from "./interface-counters.ts";
import { isPattern, matchInterfaces } from "./interface-pattern.ts";
import { InterfaceCapture } from "./interface-capture.ts";
import { defaultLiveOptions, type LiveOptions } from "./live-session.ts";
import { mutedFilter } from "./mute-filter.ts";
import { OpenFailures } from "./open-failures.ts";
import { QuietSessions } from "./quiet-sessions.ts";
import { nextRingOctets } from "./ring-budget.ts";
import { sweepFilter } from "./sweep-filter.ts";

/** A node runs 110 pods by default, each with one interface; past this many the rest is not captured, and that is told. */
const MAX_SESSIONS = 512;
/** Packets of one session at a time, a few milliseconds' worth, before the next one has its turn. */
const BATCH = 2_048;
/** What a heartbeat on loopback comes through. */
const HEARING_BEATS = ["any", "lo"];

export interface LiveInterfacesOptions {
  /** `any`, or names and patterns, see interface-pattern.ts. */
  readonly interfaces: string;
  /** As pcap-filter(7) has it. */
  readonly filter: string;
  readonly live?: Partial<LiveOptions>;
  readonly onFrame: FrameSink;
  readonly onWarning: (message: string) => void;
}

/**
 * The interfaces that an option means, each captured through one session, while they come and go. Nothing
 * happens by itself: whoever owns it calls `read` for packets and `refresh` to follow the interfaces.
 */
export class LiveInterfaces {
  readonly #options: LiveInterfacesOptions;
  readonly #liveOptions: LiveOptions;
  readonly #sessions = new Map<string, InterfaceCapture>();
  readonly #failures: OpenFailures;
  readonly #quiet = new QuietSessions();
  /** Drops of sessions that are closed. */
  #pastDropped = 0;
  #leftOut = 0;
  #reopened = 0;
  /** What sweeps on interfaces that are closed let through. */
  #pastSwept = 0;
  /** As muting has it now. */
  #filter: string;
  #sweepFilter: string | undefined;

  constructor(options: LiveInterfacesOptions) {
    this.#options = options;
    this.#filter = options.filter;
    this.#liveOptions = { ...defaultLiveOptions, ...options.live, filter: options.filter };
    this.#failures = new OpenFailures(options.onWarning);
  }

  /** Interfaces captured now. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Interfaces that match and are not captured: down, not readable, or too many. */
  get notCaptured(): number {
    return this.#failures.size + this.#leftOut;
  }

  /** Whether loopback is among them, so that a heartbeat there can be missed. */
  get hearsBeats(): boolean {
    return HEARING_BEATS.some((name) => this.#sessions.has(name));
  }

  /** Times that an interface was opened anew because nothing came through. */
  get reopened(): number {
    return this.#reopened;
  }

  /** Packets that sweeps let through since the start. */
  get swept(): number {
    let swept = this.#pastSwept;
    for (const session of this.#sessions.values()) swept += session.swept;
    return swept;
  }

  /** Packets that the kernel had no room for, on all interfaces, since the start. */
  get dropped(): number {
    let dropped = this.#pastDropped;
    for (const session of this.#sessions.values()) dropped += session.stats().dropped;
    return dropped;
  }

  /** Throws CaptureFault if an interface that is named in full can't be opened; those that only match may come later. */
  open(nowMs: number): void {
    const { interfaces } = this.#options;
    const counters = readInterfaceCounters();
    for (const name of matchInterfaces(interfaces, [...counters.keys()])) {
      if (isPattern(interfaces, name)) this.#tryOpen(name, counters, nowMs);
      else this.#open(name);
    }
  }

  /** Hands over packets that wait in the rings. True if there may be more, so that there is no reason to rest. */
  read(wallUs: number): boolean {
    let isMore = false;
    for (const session of this.#sessions.values()) {
      const count = session.read(BATCH, wallUs);
      if (count === -1) this.#close(session);
      isMore ||= count >= BATCH;
    }
    return isMore;
  }

  /** Opens interfaces that are new, lets go of those that are no more, and opens anew those that may have fallen silent. */
  refresh(nowMs: number): void {
    const counters = readInterfaceCounters();
    const wanted = new Set(matchInterfaces(this.#options.interfaces, [...counters.keys()]));
    for (const [name, session] of this.#sessions) {
      const isGone = name !== "any" && !(wanted.has(name) && counters.has(name));
      if (isGone) this.#close(session);
      else if (this.#isSuspicious(session, counters, nowMs)) this.#reopen(session, counters, nowMs);
    }
    this.#failures.keepOnly(wanted);
    this.#leftOut = 0;
    for (const name of wanted) if (!this.#sessions.has(name)) this.#tryOpen(name, counters, nowMs);
  }

  /** Opens all of them anew. */
  reopen(nowMs: number): void {
    const counters = readInterfaceCounters();
    const before = [...this.#sessions.values()]; // each comes back at the end of the map
    for (const session of before) this.#reopen(session, counters, nowMs);
  }

  /** Listens, beside all else, to all TCP and SCTP, but for these conversations; anew, if it does already. */
  beginSweep(leftOut: readonly Conversation[], wallUs: number): void {
    this.#sweepFilter = sweepFilter(this.#options.filter, leftOut);
    for (const session of this.#sessions.values()) session.beginSweep(this.#sweepFilter, wallUs);
  }

  endSweep(wallUs: number): void {
    this.#sweepFilter = undefined;
    for (const session of this.#sessions.values()) session.endSweep(wallUs);
  }

  /** From now on the kernel keeps the packets of these conversations to itself, and of no others. */
  mute(muted: readonly Conversation[], wallUs: number): void {
    this.#filter = mutedFilter(this.#options.filter, muted);
    for (const session of this.#sessions.values()) session.exchangeFilter(this.#filter, wallUs);
  }

  /** May be called from within `onFrame` too: no more packets come. */
  close(): void {
    for (const session of this.#sessions.values()) this.#close(session);
  }

  #isSuspicious(session: InterfaceCapture, counters: InterfaceCounters, nowMs: number): boolean {
    const name = session.interfaceName;
    if (HEARING_BEATS.includes(name)) return false;
    const carried = counters.get(name) ?? 0;
    return this.#quiet.isSuspicious({ name, received: session.stats().received, carried, nowMs });
  }

  #reopen(session: InterfaceCapture, counters: InterfaceCounters, nowMs: number): void {
    this.#close(session);
    this.#reopened += 1;
    this.#tryOpen(session.interfaceName, counters, nowMs);
  }

  #tryOpen(name: string, counters: InterfaceCounters, nowMs: number): void {
    if (this.#sessions.size >= MAX_SESSIONS) return void (this.#leftOut += 1);
    const carried = counters.get(name) ?? -1; // one that comes back is tried at once
    if (!this.#failures.isWorthTrying(name, carried, nowMs)) return;
    try {
      this.#open(name);
      this.#failures.forget(name);
    } catch (error) {
      if (!(error instanceof CaptureFault) || error instanceof CaptureDenied) throw error;
      this.#failures.note({ name, message: error.message, carried, nowMs });
    }
  }

  #open(name: string): void {
    const ringOctets = this.#options.live?.ringOctets ?? nextRingOctets(this.#sessions.values());
    const options = { ...this.#liveOptions, filter: this.#filter, ringOctets };
    const session = new InterfaceCapture(name, options, this.#options.onFrame);
    this.#sessions.set(name, session);
    if (this.#sweepFilter !== undefined) session.beginSweep(this.#sweepFilter, 0);
  }

  #close(session: InterfaceCapture): void {
    this.#pastDropped += session.stats().dropped;
    this.#pastSwept += session.swept;
    session.close();
    this.#sessions.delete(session.interfaceName);
  }
}
