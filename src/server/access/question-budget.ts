import { LRUCache } from "lru-cache";

const PERIOD_MS = 60_000;
const MAX_USERS = 1_024;

/** How many questions to the API server each user's requests may lead to in a minute, beside the one that each asks by itself. */
export class QuestionBudget {
  readonly #most: number;
  readonly #asked: LRUCache<string, { count: number }>;

  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#asked = new LRUCache({ max: MAX_USERS, ttl: PERIOD_MS, perf: { now }, ttlResolution: 0 });
  }

  /** Takes one; false where there is none left. */
  spend(user: string): boolean {
    const asked = this.#asked.get(user) ?? { count: 0 };
    if (asked.count >= this.#most) return false;
    asked.count += 1;
    if (asked.count === 1) this.#asked.set(user, asked);
    return true;
  }
}
