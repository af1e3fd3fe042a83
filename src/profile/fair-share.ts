/**
 * Room that namespaces share, so that nobody who has rights in one of them fills it for all: one may have no more than it
 * leaves free, which alone is half of all, and whoever comes later always finds some. These are the dynamic thresholds of
 * Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet switches", IEEE/ACM Transactions on
 * Networking 6(2), 1998, with a factor of one.
 */
export class FairShare {
  readonly #most: number;
  readonly #byNamespace = new Map<string, number>();
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether a namespace may have so much more. What makes it less is always let through. */
  hasRoom(namespace: string, more: number): boolean {
    if (more <= 0) return true;
    return (this.#byNamespace.get(namespace) ?? 0) + more <= this.#most - this.#taken - more;
  }

  /** Unasked: what a store kept is taken as it is. */
  take(namespace: string, more: number): void {
    this.#taken += more;
    const own = (this.#byNamespace.get(namespace) ?? 0) + more;
    if (own > 0) this.#byNamespace.set(namespace, own);
    else this.#byNamespace.delete(namespace);
  }
}
