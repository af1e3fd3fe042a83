import type { FastifyRequest } from "fastify";
import { HttpProblem } from "./problem.ts";

/** What each kind of answer can be had as; everything else is JSON only. */
const JSON_TYPES = ["application/json"];

/** 406 where the Accept header leaves nothing that the route can answer with (RFC 9110, 15.5.7). */
export async function refuseUnacceptable(request: FastifyRequest): Promise<void> {
  const produces = request.routeOptions.schema?.produces ?? JSON_TYPES;
  if (request.is404 || request.accepts().type([...produces]) !== false) return;
  throw new HttpProblem(406, `${request.url} can be had as ${produces.join(" or ")} only`);
}
