import { isObject, type JsonObject } from "../json-object.ts";
import { fieldSchema, type Schema, type SchemaSource } from "./schema.ts";

/** Lists without Go's `omitempty` that the schemas do not call required. */
const WRITTEN: ReadonlySet<string> = new Set(["rules", "subjects", "containers", "endpoints", "ports"]);

/**
 * An object of a built-in kind as Go writes it: empty lists and maps are left out (`omitempty`), so that
 * `ingress: []` comes back as no ingress at all. Objects with fields of their own stay, as `emptyDir: {}` does.
 */
export function withoutEmpty(value: unknown, schema: Schema, source: SchemaSource): unknown {
  if (Array.isArray(value)) {
    const items = schema.items === undefined ? undefined : source.resolve(schema.items);
    return items === undefined ? value : value.map((item) => withoutEmpty(item, items, source));
  }
  return isObject(value) && schema.properties !== undefined ? withoutEmptyFields(value, schema, source) : value;
}

function withoutEmptyFields(value: JsonObject, schema: Schema, source: SchemaSource): JsonObject {
  const kept: JsonObject = {};
  for (const [field, child] of Object.entries(value)) {
    const childSchema = fieldSchema(schema, field, source);
    const isWritten = schema.required?.includes(field) === true || WRITTEN.has(field);
    if (childSchema === undefined || isWritten || !isEmpty(child, childSchema))
      kept[field] = childSchema === undefined ? child : withoutEmpty(child, childSchema, source);
  }
  return kept;
}

function isEmpty(value: unknown, schema: Schema): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return schema.additionalProperties !== undefined && isObject(value) && Object.keys(value).length === 0;
}
