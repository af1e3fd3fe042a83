import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";

type Description = NonNullable<FastifyDynamicSwaggerOptions["openapi"]>;

/** What /openapi.json says beside its routes; how callers say who they are, where that is asked. */
export function apiDescription(asks: boolean): Description {
  const head = { openapi: "3.1.0", info: { title: "weir", version: "1" } };
  if (!asks) return head;
  const description = "A token that the cluster's API server takes, such as `kubectl create token` gives.";
  return {
    ...head,
    components: { securitySchemes: { token: { type: "http", scheme: "bearer", description } } },
    security: [{ token: [] }],
  };
}
