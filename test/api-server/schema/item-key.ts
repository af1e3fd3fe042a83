import { isObject } from "../json-object.ts";
import type { Schema } from "./schema.ts";

/**
 * What tells an item of a set or of a keyed list from the others, as managed fields write it: `v:"a"`, `k:{"name":"a"}`.
 * Undefined for lists that are one value.
 */
export function itemKey(item: unknown, schema: Schema): string | undefined {
  if (schema["x-kubernetes-list-type"] === "set") return `v:${JSON.stringify(item)}`;
  const keys = schema["x-kubernetes-list-map-keys"];
  if (schema["x-kubernetes-list-type"] !== "map" || keys === undefined || !isObject(item)) return undefined;
  const pairs = keys.toSorted().map((key) => [key, item[key] ?? DEFAULTS[key]]);
  return `k:${JSON.stringify(Object.fromEntries(pairs))}`;
}

/** Ports without a protocol are TCP, in keys too. */
const DEFAULTS: Readonly<Record<string, string>> = { protocol: "TCP" };
