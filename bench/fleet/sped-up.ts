const realNow = Date.now;

/** A clock that runs so many times as fast as the machine's, from the moment on at which both agree. */
export class SpedUp {
  readonly speed: number;
  readonly #originMs: number;

  constructor(speed: number, originMs = realNow()) {
    this.speed = speed;
    this.#originMs = originMs;
  }

  /** Milliseconds since 1970, with a fraction. */
  nowMs(): number {
    return this.#originMs + (realNow() - this.#originMs) * this.speed;
  }

  /** The environment of a process that is to have the same clock: see quick-clock.ts. */
  get env(): Readonly<Record<string, string>> {
    if (this.speed === 1) return {};
    const preload = new URL("quick-clock.ts", import.meta.url).pathname;
    return {
      FLEET_SPEED: String(this.speed),
      FLEET_ORIGIN_MS: String(this.#originMs),
      NODE_OPTIONS: `--import=${preload} --disable-warning=ExperimentalWarning`,
    };
  }
}

export function quickClockFrom({ FLEET_SPEED, FLEET_ORIGIN_MS }: NodeJS.ProcessEnv): SpedUp {
  return new SpedUp(Number(FLEET_SPEED), Number(FLEET_ORIGIN_MS));
}
