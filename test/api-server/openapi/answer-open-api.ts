import type { Answer } from "../http/answer.ts";
import { noSuchPath } from "../http/api-status.ts";
import { sendJson } from "../http/send.ts";
import type { ResourceRegistry } from "../resource/resource-registry.ts";
import type { SchemaBook } from "../schema/schema-book.ts";
import { openApiV2 } from "./open-api-v2.ts";
import { openApiV3, openApiV3Index } from "./open-api-v3.ts";

export function answerOpenApi(
  resources: ResourceRegistry,
  schemas: SchemaBook,
  path: string,
  answer: Answer,
): Promise<void> {
  if (path === "/openapi/v2") return sendJson(answer, openApiV2(resources, schemas));
  if (path === "/openapi/v3") return sendJson(answer, openApiV3Index(resources));
  const document = openApiV3(resources, schemas, path);
  if (document === undefined) throw noSuchPath();
  return sendJson(answer, document);
}
