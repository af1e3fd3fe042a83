import type { Cause } from "../http/api-status.ts";
import type { Schema } from "./schema.ts";

/** How a schema is held against the value at hand; nothing where it is valid. */
type Check = (schema: Schema) => readonly Cause[];

/** allOf, anyOf, oneOf and not, of which a structural schema may have those that only restrict values. */
export function* validateCombined(value: unknown, schema: Schema, path: string, check: Check): Generator<Cause> {
  const { allOf = [], anyOf = [], oneOf = [], not } = schema;
  const wrong = (detail: string): Cause => {
    const message = `Invalid value: ${JSON.stringify(value)}: ${JSON.stringify(path)} ${detail}`;
    return { reason: "FieldValueInvalid", field: path, message };
  };
  const isValid = (one: Schema): boolean => check(one).length === 0;
  if (!allOf.every(isValid)) yield wrong("must validate all the schemas (allOf)");
  if (anyOf.length > 0 && !anyOf.some(isValid)) yield wrong("must validate at least one schema (anyOf)");
  const count = oneOf.filter(isValid).length;
  if (oneOf.length > 0 && count !== 1) {
    const found = count === 0 ? "Found none valid" : `Found ${count} valid alternatives`;
    yield wrong(`must validate one and only one schema (oneOf). ${found}`);
  }
  if (not !== undefined && isValid(not)) yield wrong("must not validate the schema (not)");
}
