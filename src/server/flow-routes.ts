import { Type } from "typebox";
import type { App } from "./app.ts";
import type { ReadableFlowLog } from "./flow-log.ts";
import { HttpProblem } from "./problem.ts";

const JSON_LINES = "application/x-ndjson";

const follow = Type.Object(
  { follow: Type.Optional(Type.Union([Type.Literal("0"), Type.Literal("1")])) },
  { additionalProperties: false },
);

export function addFlowRoutes(app: App, flows: ReadableFlowLog): void {
  app.get(
    "/api/v1/flows",
    {
      exposeHeadRoute: false, // a HEAD would begin to follow, and never end
      schema: {
        summary: "The latest connections with their names, one JSON object a line",
        querystring: follow,
        produces: [JSON_LINES],
      },
    },
    (request, reply) => {
      reply.type(JSON_LINES);
      if (request.query.follow !== "1") return reply.send(flows.recent());
      const stream = flows.follow();
      if (stream === undefined) throw new HttpProblem(503, "too many follow already");
      return reply.send(stream);
    },
  );
}
