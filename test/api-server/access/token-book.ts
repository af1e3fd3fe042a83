import { randomBytes, randomUUID } from "node:crypto";
import { serviceAccountName, type User } from "./user.ts";

/** What the API server takes where a token names no audience of its own. */
export const API_AUDIENCE = "https://kubernetes.default.svc.cluster.local";

export interface Token {
  readonly user: User;
  readonly audiences: readonly string[];
  readonly expiresMs: number;
}

export interface ServiceAccountToken {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  /** The node of the pod that the token is bound to. */
  readonly node?: string;
  readonly audiences?: readonly string[];
  readonly seconds?: number;
}

/** Tokens given out and still good: opaque here, JWTs in a real cluster; clients must not care. */
export class TokenBook {
  readonly #tokens = new Map<string, Token>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(text: string, user: User, options: Partial<Omit<Token, "user">> = {}): string {
    this.#tokens.set(text, { user, audiences: [API_AUDIENCE], expiresMs: Infinity, ...options });
    return text;
  }

  /** As the TokenRequest API does for a service account. */
  issue({
    namespace,
    name,
    uid = randomUUID(),
    node,
    audiences = [API_AUDIENCE],
    seconds = 3600,
  }: ServiceAccountToken): string {
    const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
    const extra = node === undefined ? {} : { extra: { "authentication.kubernetes.io/node-name": [node] } };
    const user = { username: serviceAccountName(namespace, name), uid, groups, ...extra };
    return this.add(randomBytes(24).toString("base64url"), user, {
      audiences,
      expiresMs: this.#now() + seconds * 1000,
    });
  }

  /** The token, if it is known and not expired. */
  find(text: string): Token | undefined {
    const token = this.#tokens.get(text);
    return token !== undefined && token.expiresMs > this.#now() ? token : undefined;
  }

  /** All that were given out so far are good no longer. */
  expire(): void {
    this.#tokens.clear();
  }
}
