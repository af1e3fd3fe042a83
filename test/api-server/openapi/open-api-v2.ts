import { VERSION } from "../discovery/version.ts";
import { isObject, type JsonObject } from "../json-object.ts";
import type { ResourceRegistry } from "../resource/resource-registry.ts";
import { REF_PREFIX } from "../schema/schema.ts";
import type { SchemaBook } from "../schema/schema-book.ts";
import { schemasOf } from "./open-api-v3.ts";
import { pathsOf } from "./paths.ts";

/** Swagger 2.0: everything in one document, in the words that it has. */
export function openApiV2(resources: ResourceRegistry, schemas: SchemaBook): JsonObject {
  const all = resources.all();
  const definitions = [...schemasOf(all, schemas)].map(([name, schema]) => [name, asV2(schema)] as const);
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: VERSION.gitVersion },
    paths: pathsOf(all, "v2"),
    definitions: Object.fromEntries(definitions),
  };
}

/** References lead elsewhere, and what is an integer or a string is called a string of that format. */
function asV2(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(asV2);
  if (!isObject(schema)) return schema;
  const { $ref, nullable: _, ...rest } = schema;
  if (typeof $ref === "string") return { $ref: $ref.replace(REF_PREFIX, "#/definitions/") };
  if (rest["x-kubernetes-int-or-string"] === true)
    return { type: "string", format: "int-or-string", ...described(rest) };
  return Object.fromEntries(Object.entries(rest).map(([field, value]) => [field, asV2(value)]));
}

function described({ description }: JsonObject): JsonObject {
  return description === undefined ? {} : { description };
}
