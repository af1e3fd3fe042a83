import type { IncomingMessage } from "node:http";
import { parse } from "yaml";
import { isObject, type JsonObject } from "../json-object.ts";
import { ApiStatus, badRequest, unsupportedMediaType } from "./api-status.ts";
import { decodeProtobuf, PROTOBUF } from "./protobuf-object.ts";

/** The API server's bound of a request. */
const MOST = 3 * 1024 * 1024;
const OBJECT_TYPES = ["application/json", "application/yaml"] as const;

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    size += (piece as Buffer).length;
    if (size > MOST) {
      const message = `Request entity too large: limit is ${MOST}`;
      throw new ApiStatus({ code: 413, reason: "RequestEntityTooLarge", message });
    }
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces);
}

export function mediaTypeOf(request: IncomingMessage): string {
  return (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** A body that is one object, as JSON or YAML, or one of a few kinds as protobuf. */
export async function readObjectBody(request: IncomingMessage): Promise<JsonObject> {
  const type = mediaTypeOf(request) || "application/json";
  if (type === PROTOBUF) return decodeProtobuf(await readBody(request));
  if (!OBJECT_TYPES.includes(type as (typeof OBJECT_TYPES)[number])) throw unsupportedMediaType(OBJECT_TYPES);
  return parseObject((await readBody(request)).toString(), type);
}

export function parseObject(text: string, type: string): JsonObject {
  const value = parseText(text, type);
  if (!isObject(value)) throw badRequest("the object provided is unrecognized (must be of type object)");
  return value;
}

export function parseText(text: string, type: string): unknown {
  try {
    return type.endsWith("yaml") ? parse(text) : JSON.parse(text);
  } catch (error) {
    throw badRequest(`error decoding the body: ${(error as Error).message}`);
  }
}
