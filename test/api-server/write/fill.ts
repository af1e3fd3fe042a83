import type { JsonObject } from "../json-object.ts";

/** Sets a field that was left out. */
export function fill(object: JsonObject, field: string, value: unknown): void {
  object[field] ??= value;
}
