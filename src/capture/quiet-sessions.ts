/** An interface that carried so many packets for so long, none of which opened or closed a connection, is odd. */
const MANY_PACKETS = 10_000;
const FIRST_PATIENCE_MS = 60_000;
const MAX_PATIENCE_MS = 3_600_000;

interface Quiet {
  received: number;
  carried: number;
  sinceMs: number;
  patienceMs: number;
}

/**
 * For interfaces that no heartbeat reaches: says which sessions have passed nothing on while their
 * interface was busy. That is no proof (bulk data passes no filter), so all that follows is that the session
 * is opened anew, which costs nothing, and for the same interface less and less often.
 */
export class QuietSessions {
  readonly #sessions = new Map<string, Quiet>();

  /** Whether to open it anew. `received` passed the filter, `carried` went through the interface; `nowMs` never steps. */
  isSuspicious({
    name,
    received,
    carried,
    nowMs,
  }: {
    name: string;
    received: number;
    carried: number;
    nowMs: number;
  }): boolean {
    const quiet = this.#sessions.get(name);
    if (quiet === undefined || quiet.received !== received) {
      this.#sessions.set(name, { received, carried, sinceMs: nowMs, patienceMs: FIRST_PATIENCE_MS });
      return false;
    }
    if (carried - quiet.carried < MANY_PACKETS || nowMs - quiet.sinceMs < quiet.patienceMs) return false;
    const patienceMs = Math.min(quiet.patienceMs * 2, MAX_PATIENCE_MS);
    this.#sessions.set(name, { received: 0, carried, sinceMs: nowMs, patienceMs });
    return true;
  }

  forget(name: string): void {
    this.#sessions.delete(name);
  }
}
