import { isObject, type JsonObject } from "../json-object.ts";
import { fieldSchema, type Schema, type SchemaSource } from "../schema/schema.ts";

const ORDER = "$setElementOrder/";
const DELETE_ITEMS = "$deleteFromPrimitiveList/";
const UNKNOWN: Schema = {};

/**
 * "Strategic merge patch" of the API conventions' companion on patches: as a merge patch, but lists whose type has a
 * merge key are merged by it. Directives: `$patch`, `$setElementOrder`, `$deleteFromPrimitiveList`, `$retainKeys`.
 */
export function strategicMergePatch(target: unknown, patch: unknown, schema: Schema, source: SchemaSource): unknown {
  if (!isObject(patch)) return patch;
  const { $patch: directive, $retainKeys: retained, ...fields } = patch;
  if (directive === "replace") return fields;
  if (directive === "delete") return {};
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  if (Array.isArray(retained))
    for (const field of Object.keys(merged)) if (!retained.includes(field)) delete merged[field];
  const patching = { source, schema, patch: fields };
  for (const [field, value] of Object.entries(fields)) {
    if (field.startsWith(ORDER)) continue;
    if (field.startsWith(DELETE_ITEMS)) withoutItems(merged, field.slice(DELETE_ITEMS.length), value);
    else if (value === null) delete merged[field];
    else merged[field] = mergeField(merged[field], value, field, patching);
  }
  return merged;
}

interface Patching {
  readonly source: SchemaSource;
  readonly schema: Schema;
  /** All of the patch at this place: it may tell the order of a list's items. */
  readonly patch: JsonObject;
}

function mergeField(target: unknown, value: unknown, field: string, { source, schema, patch }: Patching): unknown {
  const child = fieldSchema(schema, field, source) ?? UNKNOWN;
  if (!Array.isArray(value)) return strategicMergePatch(target, value, child, source);
  if (child["x-kubernetes-patch-strategy"]?.includes("merge") !== true) return value;
  const items = Array.isArray(target) ? (target as readonly unknown[]) : [];
  const key = child["x-kubernetes-patch-merge-key"];
  const merged =
    key === undefined
      ? union(items, value)
      : mergeItems(items, value, key, source.resolve(child.items ?? UNKNOWN), source);
  return ordered(merged, patch[ORDER + field], key);
}

function union(items: readonly unknown[], added: readonly unknown[]): readonly unknown[] {
  return [...items, ...added.filter((item) => !items.includes(item))];
}

function mergeItems(
  items: readonly unknown[],
  patches: readonly unknown[],
  key: string,
  schema: Schema,
  source: SchemaSource,
): readonly unknown[] {
  const isReplaced = patches.some((patch) => isObject(patch) && patch["$patch"] === "replace");
  const merged = new Map(isReplaced ? [] : items.map((item) => [keyOf(item, key), item]));
  for (const patch of patches) {
    if (!isObject(patch) || (isReplaced && patch["$patch"] === "replace")) continue;
    const at = keyOf(patch, key);
    if (patch["$patch"] === "delete") merged.delete(at);
    else merged.set(at, strategicMergePatch(merged.get(at), patch, schema, source));
  }
  return [...merged.values()];
}

function keyOf(item: unknown, key: string): unknown {
  return isObject(item) ? item[key] : item;
}

/** Those that the order names come in that order, behind those that it does not know. */
function ordered(items: readonly unknown[], order: unknown, key: string | undefined): readonly unknown[] {
  if (!Array.isArray(order)) return items;
  const places = new Map(order.map((item, place) => [keyOf(item, key ?? ""), place]));
  return items.toSorted((a, b) => (places.get(keyOf(a, key ?? "")) ?? -1) - (places.get(keyOf(b, key ?? "")) ?? -1));
}

function withoutItems(merged: JsonObject, field: string, gone: unknown): void {
  const items = merged[field];
  if (Array.isArray(items) && Array.isArray(gone)) merged[field] = items.filter((item) => !gone.includes(item));
}
