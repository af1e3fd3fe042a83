import type { FastifyRequest } from "fastify";
import type { Registry } from "prom-client";
import type { App } from "./app.ts";

/** Scrapers are not limited; where a token has to be asked about, they are. */
const rateLimit = {
  allowList: ({ headers }: Pick<FastifyRequest, "headers">): boolean => headers.authorization === undefined,
};

export function addMetricsRoute(app: App, registry: Registry): void {
  const schema = { summary: "Metrics in the text format of Prometheus", produces: ["text/plain"] };
  const config = { rateLimit, access: { kind: "metrics" } } as const;
  app.get("/metrics", { config, schema }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}
