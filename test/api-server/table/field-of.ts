import { isObject, type JsonObject } from "../json-object.ts";

/** The value at a dotted path of fields, undefined where the path leads nowhere. */
export function fieldOf(object: unknown, path: string): unknown {
  let value = object;
  for (const step of path.split(".")) value = isObject(value) ? value[step] : undefined;
  return value;
}

export function listOf(object: unknown, path: string): readonly JsonObject[] {
  const value = fieldOf(object, path);
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function textOf(object: unknown, path: string, otherwise = "<none>"): string {
  const value = fieldOf(object, path);
  return typeof value === "string" && value !== "" ? value : otherwise;
}

export function numberOf(object: unknown, path: string): number {
  const value = fieldOf(object, path);
  return typeof value === "number" ? value : 0;
}

/** `a=b,c=d`, as tables write labels. */
export function labelsText(labels: unknown): string {
  const pairs = isObject(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`) : [];
  return pairs.length === 0 ? "<none>" : pairs.sort().join(",");
}
