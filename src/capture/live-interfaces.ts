import { CaptureFault } from "./capture-fault.ts";
import type { FrameSink } from "./frame.ts";
import { listInterfaces } from "./interface-list.ts";
import { matchInterfaces } from "./interface-pattern.ts";
import { defaultLiveOptions, type LiveOptions, LiveSession } from "./live-session.ts";

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
  readonly #sessions = new Map<string, LiveSession>();
  /** Drops of sessions that are closed. */
  #pastDropped = 0;

  constructor(options: LiveInterfacesOptions) {
    this.#options = options;
    this.#liveOptions = { ...defaultLiveOptions, ...options.live, filter: options.filter };
  }

  /** Packets that the kernel had no room for, on all interfaces, since the start. */
  get dropped(): number {
    let dropped = this.#pastDropped;
    for (const session of this.#sessions.values()) dropped += session.dropped();
    return dropped;
  }

  /** Throws CaptureFault if no interface matches or one can't be opened. */
  open(): void {
    const wanted = this.#wanted();
    if (wanted.length === 0) throw new CaptureFault(`no interface matches ${this.#options.interfaces}`);
    for (const name of wanted) this.#open(name);
  }

  /** Hands over all packets that wait in the rings. */
  read(): void {
    for (const [name, session] of this.#sessions) if (!session.read()) this.#close(name, session);
  }

  /** Opens interfaces that are new, lets go of those that are no more. */
  refresh(): void {
    const wanted = this.#wanted();
    for (const [name, session] of this.#sessions) if (!wanted.includes(name)) this.#close(name, session);
    for (const name of wanted) if (!this.#sessions.has(name)) this.#tryOpen(name);
  }

  /** May be called from within `onFrame` too: then it takes effect after the packet at hand. */
  close(): void {
    for (const [name, session] of this.#sessions) this.#close(name, session);
  }

  #wanted(): readonly string[] {
    return matchInterfaces(this.#options.interfaces, listInterfaces());
  }

  #tryOpen(name: string): void {
    try {
      this.#open(name);
    } catch (error) {
      if (!(error instanceof CaptureFault)) throw error;
      this.#options.onWarning(error.message); // it may be gone again already; the next look tells
    }
  }

  #open(name: string): void {
    this.#sessions.set(name, new LiveSession(name, this.#liveOptions, this.#options.onFrame));
  }

  #close(name: string, session: LiveSession): void {
    this.#pastDropped += session.dropped();
    session.close();
    this.#sessions.delete(name);
  }
}
