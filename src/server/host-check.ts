import type { FastifyRequest } from "fastify";
import { HttpProblem } from "./problem.ts";

/**
 * 421 for a request that was not meant for loopback (RFC 9110, 15.5.20): a page from elsewhere whose name was
 * made to point to 127.0.0.1 (DNS rebinding) would else read and forget profiles through a browser.
 */
export async function refuseForeignHost(request: FastifyRequest): Promise<void> {
  const host = request.hostname.replace(/:\d+$/u, "").toLowerCase();
  if (host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/u.test(host)) return;
  throw new HttpProblem(421, `${request.hostname} is not this machine's loopback; ask 127.0.0.1 or localhost`);
}
