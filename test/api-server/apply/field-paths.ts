import { isObject } from "../json-object.ts";
import { itemKey } from "../schema/item-key.ts";
import { fieldSchema, type Schema, type SchemaSource } from "../schema/schema.ts";

/** Steps of a path in managed fields: `f:spec`, `k:{"name":"a"}`, `v:"x"`; joined by a character that no JSON text holds. */
export const STEP = "\u0001";

/** Everything in an object that can have an owner: the path of each, with its value as JSON. */
export type FieldPaths = ReadonlyMap<string, string>;

const UNKNOWN: Schema = {};
/** What the system sets belongs to nobody. */
const NOBODYS = new Set(
  ["name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "generateName", "selfLink"]
    .concat(["managedFields", "deletionTimestamp", "deletionGracePeriodSeconds"])
    .map((field) => `f:metadata${STEP}f:${field}`)
    .concat(["f:apiVersion", "f:kind"]),
);

/** Lists and maps that are one value have one path; others are looked into: "Merge strategy" of server-side apply. */
export function fieldPathsOf(object: object, schema: Schema, source: SchemaSource): FieldPaths {
  const paths = new Map<string, string>();
  walk(object, schema, "", { source, paths });
  return paths;
}

/** As fieldPathsOf, with what is only a way to others: maps and keyed lists that hold something. */
export function allPathsOf(object: object, schema: Schema, source: SchemaSource): FieldPaths {
  const paths = new Map<string, string>();
  const onInner = (path: string): void => {
    if (path !== "") paths.set(path, "");
  };
  walk(object, schema, "", { source, paths, onInner });
  return paths;
}

interface Walk {
  readonly onInner?: (path: string) => void;
  readonly source: SchemaSource;
  readonly paths: Map<string, string>;
}

function walk(value: unknown, schema: Schema, path: string, walking: Walk): void {
  if (NOBODYS.has(path)) return;
  if (isObject(value) && schema["x-kubernetes-map-type"] !== "atomic" && Object.keys(value).length > 0) {
    walking.onInner?.(path);
    for (const [field, child] of Object.entries(value))
      if (child !== undefined)
        walk(child, fieldSchema(schema, field, walking.source) ?? UNKNOWN, below(path, `f:${field}`), walking);
  } else if (Array.isArray(value) && isLookedInto(schema)) {
    walking.onInner?.(path);
    walkItems(value, schema, path, walking);
  } else if (path !== "") walking.paths.set(path, JSON.stringify(value));
}

function walkItems(items: readonly unknown[], schema: Schema, path: string, walking: Walk): void {
  const itemSchema = walking.source.resolve(schema.items ?? UNKNOWN);
  for (const item of items) {
    const at = below(path, itemKey(item, schema) ?? "");
    walking.paths.set(at, "");
    if (isObject(item)) walk(item, { ...itemSchema, "x-kubernetes-map-type": "granular" }, at, walking);
  }
}

export function isLookedInto(schema: Schema): boolean {
  return schema["x-kubernetes-list-type"] === "map" || schema["x-kubernetes-list-type"] === "set";
}

export function below(path: string, step: string): string {
  return path === "" ? step : path + STEP + step;
}

/** `.spec.containers[name="a"].image`, as conflicts name a field. */
export function pathText(path: string): string {
  return path
    .split(STEP)
    .map((step) => {
      const rest = step.slice(2);
      if (step.startsWith("f:")) return `.${rest}`;
      if (step.startsWith("v:")) return `[=${rest}]`;
      const pairs = Object.entries(JSON.parse(rest) as object).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      return `[${pairs.join(",")}]`;
    })
    .join("");
}
