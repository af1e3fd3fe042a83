import type { Cause } from "../http/api-status.ts";
import { isObject, type JsonObject } from "../json-object.ts";
import { itemKey } from "./item-key.ts";
import { fieldSchema, type Schema, type SchemaSource } from "./schema.ts";
import { validateCombined } from "./validate-combined.ts";
import { isCidr, validateRules } from "./validate-rules.ts";

/** What is wrong with a value, each with the path of its field, in the words of the API server. */
export function validateSchema(value: unknown, schema: Schema, source: SchemaSource): readonly Cause[] {
  return [...validateAt(value, schema, source, "")];
}

function* validateAt(value: unknown, schema: Schema, source: SchemaSource, path: string): Generator<Cause> {
  if (value === null && schema.nullable === true) return;
  if (!hasType(value, schema)) {
    const wanted = schema["x-kubernetes-int-or-string"] === true ? "integer,string" : schema.type;
    const message = `${path} in body must be of type ${wanted}: ${JSON.stringify(typeName(value))}`;
    yield {
      reason: "FieldValueTypeInvalid",
      field: path,
      message: `Invalid value: ${JSON.stringify(typeName(value))}: ${message}`,
    };
    return;
  }
  yield* limits(value, schema, path);
  if (Array.isArray(value)) yield* validateItems(value, schema, source, path);
  else if (isObject(value)) yield* validateFields(value, schema, source, path);
  yield* validateCombined(value, schema, path, (one) => [...validateAt(value, one, source, path)]);
  yield* validateRules(value, schema, path);
}

function* validateItems(
  value: readonly unknown[],
  schema: Schema,
  source: SchemaSource,
  path: string,
): Generator<Cause> {
  const seen = new Set<string>();
  for (const [place, item] of value.entries()) {
    const at = `${path}[${place}]`;
    if (schema.items !== undefined) yield* validateAt(item, source.resolve(schema.items), source, at);
    const key = itemKey(item, schema);
    if (key !== undefined && seen.has(key))
      yield { reason: "FieldValueDuplicate", field: at, message: `Duplicate value: ${key.slice(2)}` };
    if (key !== undefined) seen.add(key);
  }
}

function* validateFields(value: JsonObject, schema: Schema, source: SchemaSource, path: string): Generator<Cause> {
  yield* countFields(value, schema, path);
  for (const field of schema.required ?? [])
    if (value[field] === undefined)
      yield { reason: "FieldValueRequired", field: join(path, field), message: "Required value" };
  for (const [field, child] of Object.entries(value)) {
    const childSchema = fieldSchema(schema, field, source);
    if (childSchema !== undefined && child !== undefined)
      yield* validateAt(child, childSchema, source, join(path, field));
  }
}

function* countFields(value: JsonObject, schema: Schema, path: string): Generator<Cause> {
  const { minProperties: least = 0, maxProperties: most = Infinity } = schema;
  const count = Object.keys(value).length;
  const wrong = (detail: string): Cause => {
    const message = `Invalid value: ${JSON.stringify(value)}: ${path} in body ${detail}`;
    return { reason: "FieldValueInvalid", field: path, message };
  };
  if (count < least) yield wrong(`should have at least ${least} properties`);
  if (count > most) yield wrong(`should have at most ${most} properties`);
}

function* limits(value: unknown, schema: Schema, path: string): Generator<Cause> {
  const wrong = (detail: string): Cause => {
    const message = `Invalid value: ${JSON.stringify(value)}: ${path} in body ${detail}`;
    return { reason: "FieldValueInvalid", field: path, message };
  };
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    const supported = schema.enum.map((one) => JSON.stringify(one)).join(", ");
    const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`;
    yield { reason: "FieldValueNotSupported", field: path, message };
  }
  if (typeof value === "number") {
    if (value < (schema.minimum ?? -Infinity)) yield wrong(`should be greater than or equal to ${schema.minimum}`);
    if (value > (schema.maximum ?? Infinity)) yield wrong(`should be less than or equal to ${schema.maximum}`);
  }
  if (typeof value === "string") {
    if (value.length < (schema.minLength ?? 0)) yield wrong(`should be at least ${schema.minLength} chars long`);
    if (value.length > (schema.maxLength ?? Infinity)) yield tooLong(path, schema.maxLength ?? 0);
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value))
      yield wrong(`should match '${schema.pattern}'`);
    if (schema.format === "cidr" && !isCidr(value)) yield wrong(`must be of type cidr: ${JSON.stringify(value)}`);
    if (schema.format === "date-time" && Number.isNaN(Date.parse(value))) yield wrong("must be of type date-time");
  }
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0)) yield wrong(`should have at least ${schema.minItems} items`);
    if (value.length > (schema.maxItems ?? Infinity)) yield tooMany(path, value.length, schema.maxItems ?? 0);
  }
}

function tooLong(path: string, most: number): Cause {
  const message = `Too long: may not be more than ${most} bytes`;
  return { reason: "FieldValueTooLong", field: path, message };
}

function tooMany(path: string, count: number, most: number): Cause {
  return { reason: "FieldValueTooMany", field: path, message: `Too many: ${count}: must have at most ${most} items` };
}

function hasType(value: unknown, schema: Schema): boolean {
  if (schema["x-kubernetes-int-or-string"] === true) return typeof value === "string" || Number.isInteger(value);
  switch (schema.type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "string":
    case "number":
    case "boolean":
      return typeof value === schema.type;
    case undefined:
    default:
      return true;
  }
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function join(path: string, field: string): string {
  return path === "" ? field : `${path}.${field}`;
}
