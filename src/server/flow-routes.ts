import { Type } from "typebox";
import { type Admission, admissionOf } from "./access/guard.ts";
import type { App } from "./app.ts";
import type { Follower, ReadableFlowLog } from "./flow-log.ts";
import { HttpProblem } from "./problem.ts";

const JSON_LINES = "application/x-ndjson";
/** Streams of one caller, where callers are known: else one could take the places of all. */
const MOST_STREAMS = 8;

const follow = Type.Object(
  {
    follow: Type.Optional(Type.Union([Type.Literal("0"), Type.Literal("1")])),
    namespace: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

export interface FlowRouteParts {
  readonly flows: ReadableFlowLog;
  /** How often it is asked whether a follower may still follow. */
  readonly askAgainMs: number;
}

export function addFlowRoutes(app: App, { flows, askAgainMs }: FlowRouteParts): void {
  app.get(
    "/api/v1/flows",
    {
      config: { access: { kind: "namespaces", right: { verb: "list" } } },
      exposeHeadRoute: false, // a HEAD would begin to follow, and never end
      schema: {
        summary: "The latest connections with their names, one JSON object a line",
        querystring: follow,
        produces: [JSON_LINES],
      },
    },
    (request, reply) => {
      const admission = admissionOf(request);
      const { caller, sight } = admission;
      reply.type(JSON_LINES);
      if (request.query.follow !== "1") return reply.send(flows.recent(sight));
      const stream = flows.follow({ sight, caller, ...(caller !== "" && { most: MOST_STREAMS }) });
      if (stream === undefined) throw new HttpProblem(503, "too many follow already");
      askAgain(stream, admission, askAgainMs);
      request.raw.socket.setTimeout(0); // a quiet cluster's stream is silent for long
      return reply.send(stream);
    },
  );
}

/** Rights that are taken away, and tokens that end, end the stream too; so does an API server that can't be asked. */
function askAgain(stream: Follower, { again }: Admission, everyMs: number): void {
  const look = (): Promise<void> =>
    again().then(
      (sight) => void (stream.sight = sight),
      (error: Error) => stream.end(error.message),
    );
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  stream.once("close", () => clearInterval(timer));
}
