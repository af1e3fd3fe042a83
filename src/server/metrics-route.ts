import type { Registry } from "prom-client";
import type { App } from "./app.ts";

export function addMetricsRoute(app: App, registry: Registry): void {
  const schema = { summary: "Metrics in the text format of Prometheus", produces: ["text/plain"] };
  const config = { rateLimit: false, access: { kind: "metrics" } } as const;
  app.get("/metrics", { config, schema }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}
