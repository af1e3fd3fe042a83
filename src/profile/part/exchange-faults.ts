import type { Logger } from "pino";

/** What of the exchange does not work now: one line in the log at each change. */
export class ExchangeFaults {
  readonly #logger: Logger;
  readonly #faults = new Map<string, string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** All of them; undefined while there are none. */
  get text(): string | undefined {
    const faults = [...this.#faults].map(([what, fault]) => `${what}: ${fault}`);
    return faults.length === 0 ? undefined : faults.join("; ");
  }

  /** To be told why this does not work, undefined when it does again. */
  of(what: string): (fault: string | undefined) => void {
    return (fault) => {
      const known = this.#faults.get(what);
      if (fault === undefined) {
        this.#faults.delete(what);
        if (known !== undefined) this.#logger.info({ what }, "parts are exchanged again");
        return;
      }
      this.#faults.set(what, fault);
      if (known === undefined) this.#logger.warn({ reason: fault }, what);
    };
  }
}
