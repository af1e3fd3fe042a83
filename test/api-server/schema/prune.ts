import { isObject, type JsonObject } from "../json-object.ts";
import { fieldSchema, keepsUnknown, type Schema, type SchemaSource } from "./schema.ts";

/**
 * Leaves out what the schema does not know, as decoding into Go's types does, and pruning of custom resources; fields
 * that are null are left out too unless they may be. Tells the path of each unknown field.
 */
export function prune(
  value: unknown,
  schema: Schema,
  source: SchemaSource,
  onUnknown: (path: string) => void,
): unknown {
  return pruneAt(value, schema, { source, onUnknown }, "");
}

interface Pruning {
  readonly source: SchemaSource;
  readonly onUnknown: (path: string) => void;
}

function pruneAt(value: unknown, schema: Schema, pruning: Pruning, path: string): unknown {
  if (Array.isArray(value)) {
    if (schema.items === undefined) return value;
    const items = pruning.source.resolve(schema.items);
    return value.map((item, place) => pruneAt(item, items, pruning, `${path}[${place}]`));
  }
  return isObject(value) && schema.type === "object" ? pruneFields(value, schema, pruning, path) : value;
}

function pruneFields(value: JsonObject, schema: Schema, pruning: Pruning, path: string): JsonObject {
  const kept: JsonObject = {};
  for (const [field, child] of Object.entries(value)) {
    const at = path === "" ? field : `${path}.${field}`;
    const childSchema = fieldSchema(schema, field, pruning.source);
    if (childSchema === undefined) {
      if (keepsUnknown(schema)) kept[field] = child;
      else pruning.onUnknown(at);
    } else if (child !== null || childSchema.nullable === true) kept[field] = pruneAt(child, childSchema, pruning, at);
  }
  return kept;
}
