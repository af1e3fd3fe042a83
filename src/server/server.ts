import accepts from "@fastify/accepts";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";

import Fastify, { type FastifyBaseLogger, LogController } from "fastify";
import type { Registry } from "prom-client";
import type { App, SchemaTypes } from "./app.ts";
import type { ReadableFlowLog } from "./flow-log.ts";
import { addCheckRoute } from "./check-route.ts";
import { addDecisionRoutes, type DecisionRouteParts } from "./decision-routes.ts";
import { addFlowRoutes } from "./flow-routes.ts";
import { refuseForeignHost } from "./host-check.ts";
import { addHealthRoutes, type Condition } from "./health-routes.ts";
import { addMetricsRoute } from "./metrics-route.ts";
import { refuseUnacceptable } from "./not-acceptable.ts";
import { addPolicyRoutes } from "./policy-routes.ts";
import { explainSchemaFault, HttpProblem, sendNotFound, sendProblem } from "./problem.ts";
import { addProfileRoutes, type ProfileRouteParts } from "./profile-routes.ts";

const MAX_BODY_OCTETS = 256 * 1024;
/** Requests a second from one address. */
const MAX_REQUESTS = 100;

export interface ServerParts extends ProfileRouteParts, DecisionRouteParts {
  readonly flows: ReadableFlowLog;
  readonly conditions: () => readonly Condition[];
  readonly registry: Registry;
  readonly logger: FastifyBaseLogger;
  /** Puts on disk what is about to be shown. */
  readonly keep: () => void;
}

/**
 * In: questions over HTTP. Out: what the other stages know, as JSON or YAML. It reads them and changes
 * nothing, save to forget what it is told to forget and to keep what is decided. Not listening yet: tests ask it without a socket.
 */
export async function buildServer(parts: ServerParts): Promise<App> {
  const app: App = Fastify({
    loggerInstance: parts.logger,
    // A quiet node logs nothing for hours.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_OCTETS,
    requestTimeout: 30_000,
    // Nothing is dropped or converted unsaid: what is not as the schema has it is refused.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: true, allErrors: false } },
  }).withTypeProvider<SchemaTypes>();
  app.removeContentTypeParser("text/plain");
  app.setSchemaErrorFormatter(explainSchemaFault);
  // Schemas of answers are for readers and tests; what is sent is what the stages gave.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler(sendNotFound);
  await app.register(accepts);
  await app.register(rateLimit, { max: MAX_REQUESTS, timeWindow: "1 second", errorResponseBuilder: tooManyRequests });
  await app.register(swagger, { openapi: { openapi: "3.1.0", info: { title: "weir", version: "1" } } });
  app.addHook("onRequest", refuseForeignHost);
  app.addHook("onRequest", refuseUnacceptable);
  app.addHook("preClose", () => parts.flows.close());
  addRoutes(app, parts);
  return app;
}

function addRoutes(app: App, parts: ServerParts): void {
  // Routes stand in a plugin so that the ones before (rate limit, OpenAPI) see them all.
  app.register(async (routes: App) => {
    addHealthRoutes(routes, parts.conditions);
    addMetricsRoute(routes, parts.registry);
    routes.get("/openapi.json", { schema: { summary: "This API, as OpenAPI" } }, () => app.swagger());
  });
  app.register(async (routes: App) => {
    routes.addHook("preHandler", async () => parts.book.gather?.());
    // What somebody has seen, no crash takes back.
    routes.addHook("onSend", (_request, _reply, payload, done) => {
      parts.keep();
      done(null, payload);
    });
    addProfileRoutes(routes, parts);
    addDecisionRoutes(routes, parts);
    addPolicyRoutes(routes, parts);
    addCheckRoute(routes, parts);
    addFlowRoutes(routes, parts.flows);
  });
}

function tooManyRequests(): HttpProblem {
  return new HttpProblem(429, `more than ${MAX_REQUESTS} requests a second`);
}
