import type { TrackedView } from "./tracked.ts";
import { hashEnd } from "./view-index.ts";

const MAX_SERVERS = 16_384;

interface Pressure {
  /** Connections to it that nothing has proved yet. */
  unproven: number;
  /** When it last had to repeat an agreement, to somebody who did not answer. */
  repeatedUs: number;
}

/**
 * Which servers are being asked by clients that do not answer. A server whose backlog is full drops requests
 * early or answers with SYN cookies, which it never repeats: then its silence is no sign of an answer.
 * Servers are known by a hash; where two meet in one, both are doubted, which is safe.
 */
export class ServerPressure {
  readonly #servers = new Map<number, Pressure>();
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  add(view: TrackedView): void {
    const server = this.#server(view);
    server.unproven += 1;
    if (this.#servers.size > MAX_SERVERS) this.#servers.delete(this.#servers.keys().next().value!);
  }

  /** One less: proven, or forgotten. */
  remove(view: TrackedView): void {
    const key = this.#key(view);
    const server = this.#servers.get(key);
    if (server === undefined) return;
    server.unproven = Math.max(0, server.unproven - 1);
    if (server.unproven === 0 && server.repeatedUs === 0) this.#servers.delete(key);
  }

  noteRepeat(view: TrackedView, timeUs: number): void {
    this.#server(view).repeatedUs = timeUs;
  }

  /** Whether it has more than `maxUnproven` open questions, or has had to repeat itself within `memoryUs`. */
  isDoubtful(view: TrackedView, nowUs: number, maxUnproven: number, memoryUs: number): boolean {
    const server = this.#servers.get(this.#key(view));
    if (server === undefined) return false;
    return server.unproven > maxUnproven || nowUs - server.repeatedUs < memoryUs;
  }

  #server(view: TrackedView): Pressure {
    const key = this.#key(view);
    const known = this.#servers.get(key);
    if (known !== undefined) return known;
    const server = { unproven: 0, repeatedUs: 0 };
    this.#servers.set(key, server);
    return server;
  }

  #key(view: TrackedView): number {
    return hashEnd(view.ends, 4, view.ends[9]!, this.#seed);
  }
}
