import type { Answer } from "../http/answer.ts";
import { noSuchPath } from "../http/api-status.ts";
import { sendBytes, sendJson } from "../http/send.ts";
import type { JsonObject } from "../json-object.ts";
import type { ResourceRegistry } from "../resource/resource-registry.ts";
import type { SchemaBook } from "../schema/schema-book.ts";
import { openApiV2 } from "./open-api-v2.ts";
import { openApiV3, openApiV3Index } from "./open-api-v3.ts";
import { encodeSwagger, SWAGGER_PROTOBUF } from "./swagger-protobuf.ts";

export function answerOpenApi(
  resources: ResourceRegistry,
  schemas: SchemaBook,
  path: string,
  answer: Answer,
): Promise<void> {
  if (path === "/openapi/v2") return answerV2(openApiV2(resources, schemas), answer);
  if (path === "/openapi/v3") return sendJson(answer, openApiV3Index(resources));
  const document = openApiV3(resources, schemas, path);
  if (document === undefined) throw noSuchPath();
  return sendJson(answer, document);
}

function answerV2(document: JsonObject, answer: Answer): Promise<void> {
  const { accept = "" } = answer.request.headers;
  if (!accept.includes(SWAGGER_PROTOBUF)) return sendJson(answer, document);
  answer.response.setHeader("content-type", SWAGGER_PROTOBUF.replace("@", "."));
  return sendBytes(answer, encodeSwagger(document));
}
