import { isObject, type JsonObject } from "../json-object.ts";
import { STEP } from "./field-paths.ts";

/** Paths as meta/v1 FieldsV1: one tree, where `.` stands for the node itself beside what is below it. */
export function writeFieldsV1(paths: Iterable<string>): JsonObject {
  const root: JsonObject = {};
  const all = [...paths].sort();
  for (const [place, path] of all.entries()) {
    const node = path.split(STEP).reduce<JsonObject>((at, step) => (at[step] ??= {}) as JsonObject, root);
    if (all[place + 1]?.startsWith(path + STEP) === true) node["."] = {};
  }
  return root;
}

export function readFieldsV1(fields: unknown): Set<string> {
  const paths = new Set<string>();
  const visit = (node: JsonObject, path: string): void => {
    const entries = Object.entries(node);
    if (path !== "" && (entries.length === 0 || "." in node)) paths.add(path);
    for (const [step, child] of entries)
      if (step !== "." && isObject(child)) visit(child, path === "" ? step : path + STEP + step);
  };
  if (isObject(fields)) visit(fields, "");
  return paths;
}
