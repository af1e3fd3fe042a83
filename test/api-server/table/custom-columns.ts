import { JSONPath } from "jsonpath-plus";
import type { JsonObject } from "../json-object.ts";
import type { ApiObject } from "../store/api-object.ts";
import { ageOf } from "./age.ts";
import { type Column, column } from "./column.ts";

const AGE = column("Age", (object) => object.metadata.creationTimestamp, { type: "date" });

/** `additionalPrinterColumns`; a definition without any shows the age. */
export function customColumns(given: readonly JsonObject[]): readonly Column[] {
  if (given.length === 0) return [{ ...AGE, cell: (object, nowMs) => ageOf(object.metadata.creationTimestamp, nowMs) }];
  return given.map((definition): Column => {
    const { name, type = "string", jsonPath, priority = 0, description = "", format = "" } = definition;
    const path = String(jsonPath);
    return {
      name: String(name),
      type: type as Column["type"],
      format: String(format),
      description: String(description),
      priority: Number(priority),
      cell: (object, nowMs) => cellOf(object, path, type as Column["type"], nowMs),
    };
  });
}

function cellOf(object: ApiObject, path: string, type: Column["type"], nowMs: number): unknown {
  const found = JSONPath<unknown[]>({ path: `$${path}`, json: object, eval: false });
  const value = found[0];
  if (value === undefined || value === null) return null;
  if (type === "date") return ageOf(value, nowMs);
  return type === "string" && typeof value !== "string" ? found.map((each) => JSON.stringify(each)).join(",") : value;
}
