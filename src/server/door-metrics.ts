import { Counter, type Registry } from "prom-client";
import type { FrontDoor } from "./front-door.ts";

/** How many were kept out, and what telling callers apart asked of the API server. */
export function addDoorMetrics(registry: Registry, { reviews, connectionLimit }: FrontDoor): void {
  registry.registerMetric(
    new Counter({
      name: "weir_access_reviews_total",
      help: "Questions to the API server about callers, by what came of them",
      labelNames: ["outcome"],
      registers: [],
      collect() {
        this.reset();
        for (const [outcome, count] of Object.entries(reviews() ?? {})) this.inc({ outcome }, count);
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: "weir_http_connections_refused_total",
      help: "Connections closed because there were too many",
      registers: [],
      collect() {
        this.reset();
        this.inc(connectionLimit.refused);
      },
    }),
  );
}
