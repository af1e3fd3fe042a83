import { createHash } from "node:crypto";
import { HttpProblem } from "../problem.ts";

/** The largest tokens are JWTs of people who are in hundreds of groups; more than this, Node's parser takes of no header. */
const MAX_TOKEN = 12_288;

/** The challenge of RFC 6750, 3: without `error` where nothing was offered. */
export function challenge(error?: "invalid_request" | "invalid_token" | "insufficient_scope"): Record<string, string> {
  return { "www-authenticate": `Bearer realm="weir"${error === undefined ? "" : `, error="${error}"`}` };
}

/** The token of an Authorization header (RFC 6750, 2.1). Throws a 401, or a 400 where it is malformed. */
export function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined) {
    const detail = "say who you are: Authorization: Bearer TOKEN, such as kubectl create token gives";
    throw new HttpProblem(401, detail, challenge());
  }
  const token = /^Bearer +(?<token>[\w.~+/-]+=*)$/iu.exec(authorization)?.groups?.["token"];
  if (token !== undefined && token.length <= MAX_TOKEN) return token;
  throw new HttpProblem(400, "Authorization: expected Bearer TOKEN", challenge("invalid_request"));
}

/** By which a token is known without being kept. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
