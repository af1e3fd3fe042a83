import { isObject, type JsonObject } from "../json-object.ts";
import { itemKey } from "../schema/item-key.ts";
import { fieldSchema, type Schema, type SchemaSource } from "../schema/schema.ts";
import { below, isLookedInto } from "./field-paths.ts";

const UNKNOWN: Schema = {};

/** Lays an applied configuration over the live object: maps and keyed lists are joined, all else is replaced. */
export function mergeTyped(live: unknown, applied: unknown, schema: Schema, source: SchemaSource): unknown {
  if (isObject(live) && isObject(applied) && schema["x-kubernetes-map-type"] !== "atomic") {
    const merged: JsonObject = { ...live };
    for (const [field, value] of Object.entries(applied))
      merged[field] = mergeTyped(live[field], value, fieldSchema(schema, field, source) ?? UNKNOWN, source);
    return merged;
  }
  if (Array.isArray(live) && Array.isArray(applied) && isLookedInto(schema))
    return mergeItems(live, applied, schema, source);
  return applied;
}

function mergeItems(
  live: readonly unknown[],
  applied: readonly unknown[],
  schema: Schema,
  source: SchemaSource,
): readonly unknown[] {
  const items = new Map(live.map((item) => [itemKey(item, schema), item]));
  const itemSchema: Schema = { ...source.resolve(schema.items ?? UNKNOWN), "x-kubernetes-map-type": "granular" };
  for (const item of applied) {
    const key = itemKey(item, schema);
    items.set(key, mergeTyped(items.get(key), item, itemSchema, source));
  }
  return [...items.values()];
}

/**
 * Takes paths out of an object, in place. Maps that become empty by it go too, unless their own path stays: a field
 * that somebody dropped must leave nothing behind.
 */
export function removePaths(value: unknown, schema: Schema, paths: ReadonlySet<string>, source: SchemaSource): void {
  removeBelow(value, schema, "", { paths, source });
}

interface Removing {
  readonly paths: ReadonlySet<string>;
  readonly source: SchemaSource;
}

function removeBelow(value: unknown, schema: Schema, path: string, removing: Removing): void {
  if (Array.isArray(value) && isLookedInto(schema)) removeItems(value, schema, path, removing);
  if (!isObject(value)) return;
  for (const [field, child] of Object.entries(value)) {
    const at = below(path, `f:${field}`);
    const wasEmpty = isEmpty(child);
    removeBelow(child, fieldSchema(schema, field, removing.source) ?? UNKNOWN, at, removing);
    if (removing.paths.has(at) || (!wasEmpty && isEmpty(child))) delete value[field];
  }
}

function removeItems(items: unknown[], schema: Schema, path: string, removing: Removing): void {
  const itemSchema = removing.source.resolve(schema.items ?? UNKNOWN);
  const kept = items.filter((item) => !removing.paths.has(below(path, itemKey(item, schema) ?? "")));
  for (const item of kept) removeBelow(item, itemSchema, below(path, itemKey(item, schema) ?? ""), removing);
  items.splice(0, items.length, ...kept);
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}
