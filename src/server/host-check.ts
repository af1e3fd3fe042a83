import type { FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { isLoopback } from "./listen-address.ts";
import { HttpProblem } from "./problem.ts";

/**
 * Under what names requests may come. A page from elsewhere, whose name was made to point here (DNS rebinding), would
 * else read and forget profiles through a browser that can reach weir. Where a token is asked for it is `any`: a browser
 * sends none by itself, so that such a page gets nowhere, and the names that lead here (Services, nodes, tunnels) are
 * not for weir to know.
 */
export type HostRule = "loopback" | "address" | "any";

/** 421 for a name that is not ours (RFC 9110, 15.5.20). */
export function refuseForeignHost(rule: HostRule): onRequestAsyncHookHandler {
  return async (request) => {
    const host = request.hostname.replace(/:\d+$/u, "").replaceAll(/[[\]]/gu, "").toLowerCase();
    if (isOurs(host, rule)) return;
    const expected =
      rule === "loopback" ? "this machine's loopback; ask 127.0.0.1 or localhost" : "an address; ask by one";
    throw new HttpProblem(421, `${request.hostname} is not ${expected}`);
  };
}

/** An address can't be rebound. */
function isOurs(host: string, rule: HostRule): boolean {
  if (rule === "any" || isLoopback(host)) return true;
  return rule === "address" && (isIP(host) !== 0 || host === hostname().toLowerCase());
}

/** 403 for what another site's page sends (RFC 6454, 7): no page but weir's own has any business here. */
export async function refuseForeignOrigin({ headers, protocol, host }: FastifyRequest): Promise<void> {
  const { origin } = headers;
  if (origin === undefined || origin.toLowerCase() === `${protocol}://${host}`.toLowerCase()) return;
  throw new HttpProblem(403, "a page of another site may ask nothing here");
}
