import accepts from "@fastify/accepts";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";

import Fastify, { type FastifyBaseLogger, LogController } from "fastify";
import type { Registry } from "prom-client";
import { type Access, openAccess } from "./access/access.ts";
import { guardRoutes } from "./access/guard.ts";
import { addAnswerHeaders, refuseMalformed } from "./answer-headers.ts";
import { apiDescription } from "./api-description.ts";
import type { App, SchemaTypes } from "./app.ts";
import type { ReadableFlowLog } from "./flow-log.ts";
import { addCheckRoute } from "./check-route.ts";
import { ConnectionLimit } from "./connection-limit.ts";
import { addDecisionRoutes, type DecisionRouteParts } from "./decision-routes.ts";
import { addFlowRoutes } from "./flow-routes.ts";
import { type HostRule, refuseForeignHost, refuseForeignOrigin } from "./host-check.ts";
import { addHealthRoutes, type Condition } from "./health-routes.ts";
import { defaultLimits, type HttpLimits } from "./http-limits.ts";
import { createHttpServer } from "./http-server.ts";
import { addMetricsRoute } from "./metrics-route.ts";
import { namespacesInUse } from "./namespaces.ts";
import { refuseUnacceptable } from "./not-acceptable.ts";
import { addPolicyRoutes } from "./policy-routes.ts";
import { explainSchemaFault, HttpProblem, sendNotFound, sendProblem } from "./problem.ts";
import { addProfileRoutes, type ProfileRouteParts } from "./profile-routes.ts";
import type { CertificateSource } from "./tls/certificate-source.ts";

/** How long a follower goes on before it is asked anew whether he may. */
const ASK_AGAIN_MS = 60_000;
/** Names of objects have 253 characters at most; fastify's own bound is 100. */
const MAX_PATH_PART = 253;

export interface ServerParts extends ProfileRouteParts, DecisionRouteParts {
  readonly flows: ReadableFlowLog;
  readonly conditions: () => readonly Condition[];
  readonly registry: Registry;
  readonly logger: FastifyBaseLogger;
  /** Puts on disk what is about to be shown. */
  readonly keep: () => void;
  /** Who may ask for what; everybody for everything where it is left out. */
  readonly access?: Access;
  /** Whether /metrics asks for a right where other routes do. */
  readonly guardsMetrics?: boolean;
  readonly hosts?: HostRule;
  /** For TLS. Plain HTTP without it. */
  readonly certificates?: CertificateSource | undefined;
  readonly limits?: Partial<HttpLimits>;
  readonly connectionLimit?: ConnectionLimit;
  readonly askAgainMs?: number;
}

/**
 * In: questions over HTTP. Out: what the other stages know, as JSON or YAML. It reads them and changes
 * nothing, save to forget what it is told to forget and to keep what is decided. Not listening yet: tests ask it without a socket.
 */
export async function buildServer(parts: ServerParts): Promise<App> {
  const { access = openAccess, guardsMetrics = true, hosts = "loopback", certificates } = parts;
  const limits = { ...defaultLimits, ...parts.limits };
  const connections = parts.connectionLimit ?? new ConnectionLimit(limits);
  const app: App = Fastify({
    loggerInstance: parts.logger,
    // A quiet node logs nothing for hours.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.bodyOctets,
    serverFactory: (listener) => createHttpServer(listener, { limits, connections, certificates }),
    clientErrorHandler: refuseMalformed,
    routerOptions: { maxParamLength: MAX_PATH_PART },
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
  const max = limits.requestsPerSecond;
  await app.register(rateLimit, { max, timeWindow: "1 second", errorResponseBuilder: () => tooMany(max) });
  await app.register(swagger, { openapi: apiDescription(access.asks) });
  app.addHook("onRequest", addAnswerHeaders);
  app.addHook("onRequest", refuseForeignHost(hosts));
  app.addHook("onRequest", refuseForeignOrigin);
  app.addHook("onRequest", refuseUnacceptable);
  app.addHook("preClose", () => parts.flows.close());
  guardRoutes(app, { access, guardsMetrics, namespaces: () => namespacesInUse(parts.cluster) });
  addRoutes(app, parts);
  return app;
}

function addRoutes(app: App, parts: ServerParts): void {
  const { flows, askAgainMs = ASK_AGAIN_MS } = parts;
  // Routes stand in a plugin so that the ones before (rate limit, OpenAPI) see them all.
  app.register(async (routes: App) => {
    addHealthRoutes(routes, parts.conditions);
    addMetricsRoute(routes, parts.registry);
    addFlowRoutes(routes, { flows, askAgainMs });
    const config = { access: { kind: "open" } } as const;
    routes.get("/openapi.json", { config, schema: { summary: "This API, as OpenAPI" } }, () => app.swagger());
  });
  app.register(async (routes: App) => {
    routes.addHook("preHandler", async () => parts.book.gather?.());
    // What somebody has seen, no crash takes back.
    routes.addHook("onSend", (_request, { statusCode }, payload, done) => {
      if (statusCode < 400) parts.keep(); // a refusal shows nothing
      done(null, payload);
    });
    addProfileRoutes(routes, parts);
    addDecisionRoutes(routes, parts);
    addPolicyRoutes(routes, parts);
    addCheckRoute(routes, parts);
  });
}

function tooMany(max: number): HttpProblem {
  return new HttpProblem(429, `more than ${max} requests a second`);
}
