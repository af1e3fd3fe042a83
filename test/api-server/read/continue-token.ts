import { badRequest } from "../http/api-status.ts";

export interface ContinueToken {
  /** The version of the list's first page; -1 where the rest may be read as it is now. */
  readonly version: number;
  /** The last key that was sent. */
  readonly after: string;
}

/** Opaque to clients, and in the shape of the real server's, so that what depends on it by mistake is found. */
export function writeContinueToken({ version, after }: ContinueToken): string {
  const text = JSON.stringify({ v: "meta.k8s.io/v1", rv: version, start: `${after}\0` });
  return Buffer.from(text).toString("base64url");
}

export function readContinueToken(token: string): ContinueToken {
  const illegal = illegalBase64(token);
  if (illegal !== undefined)
    throw badRequest(`invalid continue token: continue key is not valid: illegal base64 data at input byte ${illegal}`);
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(token, "base64url").toString()) as Record<string, unknown>;
    if (v === "meta.k8s.io/v1" && typeof rv === "number" && typeof start === "string")
      return { version: rv, after: start.replace(/\0$/u, "") };
  } catch {
    // Said below, as for every other token that is none of ours.
  }
  throw badRequest("invalid continue token: continue key is not valid: incorrect encoded start key");
}

/** Where Go's RawURLEncoding stops: at a character outside of the alphabet, or in a last group of one alone. */
function illegalBase64(token: string): number | undefined {
  const place = token.search(/[^-\w]/u);
  if (place >= 0) return place;
  return token.length % 4 === 1 ? token.length - 1 : undefined;
}
