const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

interface Failure {
  readonly message: string;
  /** Packets that the interface had carried by then. */
  readonly carried: number;
  readonly pauseMs: number;
  readonly nextMs: number;
}

/**
 * Interfaces that match but can't be opened, most of them because they are down. One is tried again when
 * it has carried a packet since: before that there is nothing to be seen on it. Each reason is told once.
 */
export class OpenFailures {
  readonly #onWarning: (message: string) => void;
  readonly #failures = new Map<string, Failure>();

  constructor(onWarning: (message: string) => void) {
    this.#onWarning = onWarning;
  }

  get size(): number {
    return this.#failures.size;
  }

  isWorthTrying(name: string, carried: number, nowMs: number): boolean {
    const failure = this.#failures.get(name);
    return failure === undefined || (failure.carried !== carried && nowMs >= failure.nextMs);
  }

  note({ name, message, carried, nowMs }: { name: string; message: string; carried: number; nowMs: number }): void {
    const last = this.#failures.get(name);
    if (last?.message !== message) this.#onWarning(`${message}; it is tried again when it carries packets`);
    const pauseMs = last === undefined ? FIRST_PAUSE_MS : Math.min(last.pauseMs * 2, MAX_PAUSE_MS);
    this.#failures.set(name, { message, carried, pauseMs, nextMs: nowMs + pauseMs });
  }

  forget(name: string): void {
    this.#failures.delete(name);
  }

  /** Interfaces that are no more can't fail. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#failures.keys()) if (!names.has(name)) this.#failures.delete(name);
  }
}
