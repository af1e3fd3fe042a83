import type { ApiRequest } from "../../cluster/api/connect-api.ts";
import type { Caller } from "./caller.ts";

/** What the API server knows of a token: whose it is, or that it is nobody's. */
export type TokenAnswer = { readonly kind: "caller"; readonly caller: Caller } | { readonly kind: "nobody" };

/** https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/ */
export function tokenReview(token: string, audience: string | undefined): ApiRequest {
  const spec = { token, ...(audience !== undefined && { audiences: [audience] }) };
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec };
  return { method: "POST", path: "/apis/authentication.k8s.io/v1/tokenreviews", body };
}

interface TokenReviewAnswer {
  readonly status?: {
    readonly authenticated?: unknown;
    readonly user?: {
      readonly username?: unknown;
      readonly uid?: unknown;
      readonly groups?: unknown;
      readonly extra?: unknown;
    };
    readonly audiences?: unknown;
  };
}

/**
 * Reads the answer; whatever is not plainly a yes is a no. An authenticator that knows no audiences leaves them out of
 * its answer, and then the token is one for the API server: not for the audience that was asked for.
 */
export function readTokenReview(answer: unknown, id: string, audience: string | undefined): TokenAnswer {
  const { status } = answer as TokenReviewAnswer;
  const user = status?.user;
  if (status?.authenticated !== true || typeof user?.username !== "string" || user.username === "")
    return { kind: "nobody" };
  if (audience !== undefined && !stringsOf(status.audiences).includes(audience)) return { kind: "nobody" };
  const { username, uid, groups, extra } = user;
  return {
    kind: "caller",
    caller: {
      id,
      username,
      ...(typeof uid === "string" && { uid }),
      groups: stringsOf(groups),
      ...(typeof extra === "object" && extra !== null && { extra: extra as NonNullable<Caller["extra"]> }),
    },
  };
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}
