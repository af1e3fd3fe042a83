import type { App } from "./app.ts";
import type { AccessRule } from "./access/access-rule.ts";
import { health } from "./shapes.ts";

/** One thing that must hold for answers to be worth anything. */
export interface Condition {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** As the API server's own /readyz has it for those who may not know. */
const WITHHELD = "not shown";

/**
 * Alive is who answers at all; ready, whose every condition holds. Anybody may ask, a kubelet among others, and what is
 * the matter is told to who may know. Only questions that make others do something are counted by the rate limit.
 */
export function addHealthRoutes(app: App, conditions: () => readonly Condition[]): void {
  const open: { readonly access: AccessRule } = { access: { kind: "open" } };
  app.get(
    "/livez",
    { config: { ...open, rateLimit: false }, schema: { summary: "Whether the agent runs", response: { 200: health } } },
    () => ({
      status: "ok" as const,
      conditions: [],
    }),
  );

  app.get(
    "/readyz",
    {
      config: {
        access: { kind: "health" },
        rateLimit: { allowList: ({ headers }) => headers.authorization === undefined },
      },
      schema: { summary: "Whether it sees packets and the cluster", response: { 200: health, 503: health } },
    },
    ({ admission }, reply) => {
      const isTold = admission !== null;
      const now = conditions().map(({ name, ok, detail }) => ({ name, ok, detail: isTold ? detail : WITHHELD }));
      const isReady = now.every((condition) => condition.ok);
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? "ok" : "not ready", conditions: now });
    },
  );
}
