import { LRUCache } from "lru-cache";

export interface AnswerCacheOptions<Answer> {
  readonly max: number;
  /** How long an answer holds. */
  readonly ttlMs: (answer: Answer) => number;
  readonly now: () => number;
}

/**
 * Answers that are asked for again and again, for a short time each, bounded in number. Who asks what is being asked
 * already waits for the same answer; a question that failed is forgotten at once.
 */
export class AnswerCache<Answer extends object> {
  readonly #answers: LRUCache<string, Promise<Answer>>;
  readonly #ttlMs: (answer: Answer) => number;

  constructor({ max, ttlMs, now }: AnswerCacheOptions<Answer>) {
    this.#answers = new LRUCache({ max, perf: { now }, ttlResolution: 0 });
    this.#ttlMs = ttlMs;
  }

  /** Whether it is known, or asked already. */
  has(key: string): boolean {
    return this.#answers.has(key);
  }

  get(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const asked = ask();
    this.#answers.set(key, asked);
    asked.then(
      (answer) => this.#replace(key, asked, this.#ttlMs(answer)),
      () => this.#replace(key, asked, undefined),
    );
    return asked;
  }

  /** Unless it went for want of room meanwhile, or was asked anew. */
  #replace(key: string, asked: Promise<Answer>, ttl: number | undefined): void {
    if (this.#answers.peek(key) !== asked) return;
    if (ttl === undefined) this.#answers.delete(key);
    else this.#answers.set(key, asked, { ttl });
  }
}
