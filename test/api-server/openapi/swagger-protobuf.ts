import protobuf from "protobufjs";
import { isObject, type JsonObject } from "../json-object.ts";

/** kubectl reads Swagger 2.0 as protobuf only, and those before 1.27 need it to check what they apply. */
export const SWAGGER_PROTOBUF = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

/** Of gnostic's openapi.v2 messages, the fields that we fill in; their numbers are what goes over the wire. */
const MESSAGES = protobuf.parse(`
  syntax = "proto3";
  message Any { string yaml = 2; }
  message NamedAny { string name = 1; Any value = 2; }
  message Info { string title = 1; string version = 2; }
  message Document { string swagger = 1; Info info = 2; Paths paths = 8; Definitions definitions = 9; }
  message Paths { repeated NamedPath path = 2; }
  message NamedPath { string name = 1; Path value = 2; }
  message Path { Operation get = 2; Operation put = 3; Operation post = 4; Operation delete = 5; Operation patch = 8; }
  message Operation { string id = 5; repeated ParameterItem parameters = 8; repeated NamedAny extension = 13; }
  message ParameterItem { Parameter parameter = 1; }
  message Parameter { NonBody nonBody = 2; }
  message NonBody { Query query = 3; }
  message Query { string in = 2; string description = 3; string name = 4; string type = 6; }
  message Definitions { repeated NamedSchema schemas = 1; }
  message NamedSchema { string name = 1; Schema value = 2; }
  message Others { Schema schema = 1; }
  message Words { repeated string value = 1; }
  message Items { repeated Schema schema = 1; }
  message Schema {
    string ref = 1; string format = 2; string description = 4; repeated string required = 19; Others others = 21;
    Words type = 22; Items items = 23; Definitions properties = 25; repeated NamedAny extension = 31;
  }`).root;

export function encodeSwagger({ swagger, info, paths, definitions }: JsonObject): Buffer {
  const document = {
    swagger,
    info,
    paths: { path: entries(paths).map(([name, value]) => ({ name, value: pathMessage(value) })) },
    definitions: { schemas: namedSchemas(definitions) },
  };
  return Buffer.from(MESSAGES.lookupType("Document").encode(document).finish());
}

function entries(value: unknown): [string, JsonObject][] {
  return isObject(value) ? (Object.entries(value) as [string, JsonObject][]) : [];
}

function namedSchemas(value: unknown): readonly JsonObject[] {
  return entries(value).map(([name, schema]) => ({ name, value: schemaMessage(schema) }));
}

function schemaMessage(schema: JsonObject): JsonObject {
  const { $ref, type, items, additionalProperties, properties, format, description, required } = schema;
  return {
    format,
    description,
    required,
    ref: $ref,
    extension: extensions(schema),
    ...(type !== undefined && { type: { value: [type] } }),
    ...(isObject(items) && { items: { schema: [schemaMessage(items)] } }),
    ...(isObject(additionalProperties) && { others: { schema: schemaMessage(additionalProperties) } }),
    ...(isObject(properties) && { properties: { schemas: namedSchemas(properties) } }),
  };
}

function pathMessage(path: JsonObject): JsonObject {
  return Object.fromEntries(entries(path).map(([method, operation]) => [method, operationMessage(operation)]));
}

function operationMessage(operation: JsonObject): JsonObject {
  const parameters = (operation["parameters"] as readonly JsonObject[]).map((query) => ({
    parameter: { nonBody: { query } },
  }));
  return { id: operation["operationId"], parameters, extension: extensions(operation) };
}

/** As YAML, of which JSON is a part. */
function extensions(object: JsonObject): readonly JsonObject[] {
  return Object.entries(object).flatMap(([name, value]) =>
    name.startsWith("x-") ? [{ name, value: { yaml: JSON.stringify(value) } }] : [],
  );
}
