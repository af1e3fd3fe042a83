import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import { ApiFault } from "../../cluster/api/api-fault.ts";
import type { ApiConnection, ApiRequest } from "../../cluster/api/connect-api.ts";
import { HttpProblem } from "../problem.ts";
import type { Access } from "./access.ts";
import { type AccessAnswer, accessReview, readAccessReview } from "./access-review.ts";
import { AnswerCache } from "./answer-cache.ts";
import { bearerToken, challenge, hashToken } from "./bearer-token.ts";
import type { Caller } from "./caller.ts";
import { QuestionBudget } from "./question-budget.ts";
import { type Right, rightText } from "./right.ts";
import { readTokenReview, type TokenAnswer, tokenReview } from "./token-review.ts";

/** A right that was taken away, or a token that ended, is noticed so late; one that was given, sooner. */
const TTL_MS = { yes: 60_000, no: 10_000 } as const;
const MAX_TOKENS = 1_024;
const MAX_RIGHTS = 16_384;
/** Questions to which the requests of one user may lead in a minute, where each asks of many namespaces. */
const MOST_OF_MANY = 128;
/** So long a no holds as one of many: else whoever has no rights leads to all of them anew every ten seconds. */
const NO_OF_MANY_MS = 60_000;
/** Questions to the API server at a time: whoever offers made-up tokens in numbers is not let through to it. */
const MAX_ASKING = 64;
const IDLE_MS = 5_000;
const PATIENCE_MS = 10_000;
const RETRY_SECONDS = "5";
const FAULT_HOLDS_MS = 30_000;

export interface KubernetesAccessOptions {
  readonly connection: Pick<ApiConnection, "send">;
  /** Whom tokens must be for; undefined for the API server itself. */
  readonly audience?: string | undefined;
  readonly logger: Logger;
  /** Milliseconds, of any clock that goes on. */
  readonly now: () => number;
}

/** How often the API server was asked, by what came of it. */
export type ReviewCounts = Readonly<Record<"yes" | "no" | "failed" | "refused", number>>;

/**
 * Callers are whom the API server takes them for, and may do what it allows them: TokenReview, then SubjectAccessReview,
 * as kubelets ask. While it can't be asked nobody gets in but by an answer that is still fresh.
 */
export class KubernetesAccess implements Access {
  readonly asks = true;
  readonly #options: KubernetesAccessOptions;
  readonly #tokens: AnswerCache<TokenAnswer>;
  readonly #rights: AnswerCache<AccessAnswer>;
  readonly #refusedOfMany: LRUCache<string, true>;
  readonly #budget: QuestionBudget;
  readonly #counts = { yes: 0, no: 0, failed: 0, refused: 0 };
  #asking = 0;
  #fault: { readonly message: string; readonly atMs: number } | undefined;

  constructor(options: KubernetesAccessOptions) {
    const { now } = options;
    this.#options = options;
    this.#tokens = new AnswerCache({ max: MAX_TOKENS, now, ttlMs: ({ kind }) => ttlOf(kind === "caller") });
    this.#rights = new AnswerCache({ max: MAX_RIGHTS, now, ttlMs: ({ isAllowed }) => ttlOf(isAllowed) });
    this.#refusedOfMany = new LRUCache({ max: MAX_RIGHTS, ttl: NO_OF_MANY_MS, perf: { now }, ttlResolution: 0 });
    this.#budget = new QuestionBudget(MOST_OF_MANY, now);
  }

  /** Why callers could not be told apart when that was last tried, if that was lately: else it would last as long as nobody comes. */
  get fault(): string | undefined {
    const { message, atMs = -Infinity } = this.#fault ?? {};
    return this.#options.now() < atMs + FAULT_HOLDS_MS ? message : undefined;
  }

  get counts(): ReviewCounts {
    return { ...this.#counts };
  }

  async identify(authorization: string | undefined): Promise<Caller> {
    const token = bearerToken(authorization);
    const id = hashToken(token);
    const answer = await this.#tokens.get(id, () => this.#reviewToken(token, id));
    if (answer.kind === "caller") return answer.caller;
    throw new HttpProblem(401, "the API server does not take this token, or not any more", challenge("invalid_token"));
  }

  async allows(caller: Caller, right: Right): Promise<boolean> {
    const answer = await this.#rights.get(keyOf(caller, right), () => this.#reviewRight(caller, right));
    return answer.isAllowed;
  }

  async allowsOneOfMany(caller: Caller, right: Right): Promise<boolean | undefined> {
    const key = keyOf(caller, right);
    if (this.#refusedOfMany.has(key)) return false;
    // By the user: who is given tokens in numbers asks for no more with them.
    if (!this.#rights.has(key) && !this.#budget.spend(caller.uid ?? caller.username)) return undefined;
    const isAllowed = await this.allows(caller, right);
    if (!isAllowed) this.#refusedOfMany.set(key, true);
    return isAllowed;
  }

  async #reviewToken(token: string, id: string): Promise<TokenAnswer> {
    const { audience } = this.#options;
    const answer = readTokenReview(await this.#ask(tokenReview(token, audience)), id, audience);
    this.#counts[answer.kind === "caller" ? "yes" : "no"] += 1;
    return answer;
  }

  async #reviewRight(caller: Caller, right: Right): Promise<AccessAnswer> {
    const answer = readAccessReview(await this.#ask(accessReview(caller, right)));
    this.#counts[answer.isAllowed ? "yes" : "no"] += 1;
    return answer;
  }

  async #ask(question: ApiRequest): Promise<object> {
    if (this.#asking >= MAX_ASKING) {
      this.#counts.refused += 1;
      throw unknownNow("too many callers are to be told apart at once");
    }
    this.#asking += 1;
    try {
      const answer = await this.#options.connection.send(question, IDLE_MS, AbortSignal.timeout(PATIENCE_MS));
      this.#heard(undefined);
      return typeof answer === "object" && answer !== null ? answer : {};
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      this.#counts.failed += 1;
      this.#heard(error.message);
      throw unknownNow("the API server, which knows who may ask, can't be asked");
    } finally {
      this.#asking -= 1;
    }
  }

  /** Logged when it changes, not each time. */
  #heard(fault: string | undefined): void {
    const { logger, now } = this.#options;
    if (fault !== undefined && this.#fault === undefined)
      logger.warn({ fault }, "callers can't be told apart; all are refused");
    if (fault === undefined && this.#fault !== undefined) logger.info("callers can be told apart again");
    this.#fault = fault === undefined ? undefined : { message: fault, atMs: now() };
  }
}

function keyOf(caller: Caller, right: Right): string {
  return `${caller.id} ${rightText(right)}`;
}

function ttlOf(isYes: boolean): number {
  return isYes ? TTL_MS.yes : TTL_MS.no;
}

function unknownNow(detail: string): HttpProblem {
  return new HttpProblem(503, `${detail}; try again`, { "retry-after": RETRY_SECONDS });
}
