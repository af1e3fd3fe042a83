import { isIP } from "node:net";
import { Environment } from "@marcbachmann/cel-js";
import type { Cause } from "../http/api-status.ts";
import { isObject } from "../json-object.ts";
import type { Schema } from "./schema.ts";

/**
 * x-kubernetes-validations: the rules in the Common Expression Language by which a definition judges values. The library
 * is not the API server's: of what Kubernetes adds to the language it knows isCIDR and isIP, and rules over `oldSelf`
 * are not asked, since there is none at creation.
 */
export function* validateRules(value: unknown, schema: Schema, path: string): Generator<Cause> {
  for (const { rule, message = `failed rule: ${rule}`, reason = "FieldValueInvalid" } of schema[RULES] ?? []) {
    if (/\boldSelf\b/u.test(rule) || compiled(rule)({ self: celValue(value) }) === true) continue;
    const said = typeof value === "object" ? '"object"' : JSON.stringify(value);
    yield { reason, field: path, message: `Invalid value: ${said}: ${message}` };
  }
}

const RULES = "x-kubernetes-validations";

const environment = new Environment({ unlistedVariablesAreDyn: true })
  .registerFunction("isCIDR(string): bool", (text: string) => isCidr(text))
  .registerFunction("isIP(string): bool", (text: string) => isIP(text) > 0);

type Compiled = ReturnType<typeof environment.parse>;

/** As many as the definitions in use have. */
const rules = new Map<string, Compiled>();

function compiled(rule: string): Compiled {
  const known = rules.get(rule) ?? environment.parse(rule);
  rules.set(rule, known);
  return known;
}

/** Integers of JSON are `int`, which the library keeps in a bigint. */
function celValue(value: unknown): unknown {
  if (Number.isInteger(value)) return BigInt(value as number);
  if (Array.isArray(value)) return value.map(celValue);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, celValue(child)]));
}

/** The format "cidr" too: an address, a slash and a length without leading zeros. */
export function isCidr(text: string): boolean {
  const [address = "", length = "", ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || address.includes("%") || more.length > 0 || !/^(0|[1-9]\d{0,2})$/u.test(length)) return false;
  return Number(length) <= (family === 6 ? 128 : 32);
}
