import { isObject, type JsonObject } from "../json-object.ts";

/** RFC 7386, section 2. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch))
    if (value === null) delete merged[field];
    else merged[field] = mergePatch(merged[field], value);
  return merged;
}
