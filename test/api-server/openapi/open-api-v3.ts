import { createHash } from "node:crypto";
import { VERSION } from "../discovery/version.ts";
import type { JsonObject } from "../json-object.ts";
import { type ApiResource, rootOf } from "../resource/api-resource.ts";
import type { ResourceRegistry } from "../resource/resource-registry.ts";
import type { Schema } from "../schema/schema.ts";
import type { SchemaBook } from "../schema/schema-book.ts";
import { pathsOf } from "./paths.ts";

const ROOT = "/openapi/v3/";

/** Which documents there are: one for each group and version, under a URL that changes when it does. */
export function openApiV3Index(resources: ResourceRegistry): JsonObject {
  const roots = new Set(resources.all().map((resource) => rootOf(resource).slice(1)));
  const hash = createHash("sha256").update(String(resources.revision)).digest("hex").toUpperCase();
  const paths = [...roots].map((path) => [path, { serverRelativeURL: `${ROOT}${path}?hash=${hash}` }] as const);
  return { paths: Object.fromEntries(paths) };
}

/** The document of one group and version; undefined where none is served there. */
export function openApiV3(resources: ResourceRegistry, schemas: SchemaBook, path: string): JsonObject | undefined {
  const own = resources.all().filter((resource) => `${ROOT.slice(0, -1)}${rootOf(resource)}` === path);
  if (own[0] === undefined) return undefined;
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: VERSION.gitVersion },
    paths: pathsOf(own, "v3"),
    components: { schemas: Object.fromEntries(schemasOf(own, schemas)) },
  };
}

/** Those of the kinds, each marked with its kind, and of all that they refer to. */
export function schemasOf(resources: readonly ApiResource[], schemas: SchemaBook): ReadonlyMap<string, Schema> {
  const roots = new Map(
    resources.map((resource) => [schemas.nameOf(resource), withKind(schemas.of(resource), resource)]),
  );
  const texts = [...roots.values()].map((schema) => JSON.stringify(schema));
  const used = texts.flatMap((text) =>
    [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/gu)].map(([, name]) => name ?? ""),
  );
  return new Map([...schemas.closure(used), ...roots]);
}

function withKind(schema: Schema, { group, version, kind }: ApiResource): Schema {
  return { ...schema, "x-kubernetes-group-version-kind": [{ group, version, kind }] } as Schema;
}
