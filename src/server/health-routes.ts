import type { App } from "./app.ts";
import { health } from "./shapes.ts";

/** One thing that must hold for answers to be worth anything. */
export interface Condition {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Alive is who answers at all; ready, whose every condition holds. */
export function addHealthRoutes(app: App, conditions: () => readonly Condition[]): void {
  const config = { rateLimit: false };
  app.get("/livez", { config, schema: { summary: "Whether the agent runs", response: { 200: health } } }, () => ({
    status: "ok" as const,
    conditions: [],
  }));

  app.get(
    "/readyz",
    { config, schema: { summary: "Whether it sees packets and the cluster", response: { 200: health, 503: health } } },
    (_request, reply) => {
      const now = conditions().map(({ name, ok, detail }) => ({ name, ok, detail }));
      const isReady = now.every((condition) => condition.ok);
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? "ok" : "not ready", conditions: now });
    },
  );
}
