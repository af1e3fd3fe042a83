import type { ApiObject } from "../store/api-object.ts";

/** One column of a meta/v1 Table. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: string;
  readonly description?: string;
  /** 0 is always shown, 1 only in wide tables. */
  readonly priority: number;
  readonly cell: (object: ApiObject, nowMs: number) => unknown;
}

export function column(name: string, cell: Column["cell"], options: Partial<Column> = {}): Column {
  return { name, type: "string", priority: 0, cell, ...options };
}
