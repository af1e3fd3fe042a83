import { isObject } from "../json-object.ts";
import { fieldSchema, type Schema, type SchemaSource } from "./schema.ts";

/** Fills in the defaults of a custom resource's schema, in place: "Defaulting" in the documentation of definitions. */
export function setDefaults(value: unknown, schema: Schema, source: SchemaSource): void {
  if (Array.isArray(value) && schema.items !== undefined)
    for (const item of value) setDefaults(item, source.resolve(schema.items), source);
  if (!isObject(value)) return;
  for (const [field, child] of Object.entries(schema.properties ?? {}))
    if (value[field] === undefined && child.default !== undefined) value[field] = structuredClone(child.default);
  for (const [field, child] of Object.entries(value)) {
    const childSchema = fieldSchema(schema, field, source);
    if (childSchema !== undefined) setDefaults(child, childSchema, source);
  }
}
