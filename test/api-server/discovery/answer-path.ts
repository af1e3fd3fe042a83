import type { ApiContext } from "../api-context.ts";
import type { Answer } from "../http/answer.ts";
import { methodNotAllowed, noSuchPath } from "../http/api-status.ts";
import type { RequestInfo } from "../http/request-info.ts";
import { sendBytes, sendJson } from "../http/send.ts";
import { answerOpenApi } from "../openapi/answer-open-api.ts";
import { AGGREGATED_TYPE, discoverAll, wantsAggregated } from "./aggregated-discovery.ts";
import { discover } from "./discovery.ts";
import { VERSION } from "./version.ts";

const HEALTH: ReadonlySet<string> = new Set(["/livez", "/readyz", "/healthz"]);

/** Everything that is not about a resource: health, version, discovery, OpenAPI. */
export function answerPath(
  { resources, schemas }: ApiContext,
  { path, verb }: RequestInfo,
  answer: Answer,
): Promise<void> {
  if (verb !== "get" && verb !== "head") throw methodNotAllowed();
  if (HEALTH.has(path)) return sendText(answer, "ok");
  if (path === "/version") return sendJson(answer, VERSION);
  if (path.startsWith("/openapi/")) return answerOpenApi(resources, schemas, path, answer);
  if ((path === "/api" || path === "/apis") && wantsAggregated(answer.request.headers.accept))
    return sendJson(answer, discoverAll(resources, path), 200, AGGREGATED_TYPE);
  const document = discover(resources, path.replace(/\/$/u, ""));
  if (document === undefined) throw noSuchPath();
  return sendJson(answer, document);
}

function sendText(answer: Answer, text: string): Promise<void> {
  answer.response.setHeader("content-type", "text/plain; charset=utf-8");
  return sendBytes(answer, Buffer.from(text));
}
