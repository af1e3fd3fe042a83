import type { JsonObject } from "../json-object.ts";
import type { ApiResource } from "../resource/api-resource.ts";
import type { ApiObject } from "../store/api-object.ts";

export interface TableOptions {
  /** What each row carries besides its cells. */
  readonly include: "None" | "Metadata" | "Object";
  readonly nowMs: number;
}

const NAME = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name must be unique within a namespace.",
  priority: 0,
};

/** A meta/v1 Table: what `kubectl get` prints. */
export function tableOf(
  resource: ApiResource,
  objects: readonly ApiObject[],
  metadata: JsonObject,
  options: TableOptions,
): JsonObject {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: [NAME, ...resource.columns.map(definitionOf)],
    rows: objects.map((object) => rowOf(resource, object, options)),
  };
}

function definitionOf({
  name,
  type,
  format = "",
  description = "",
  priority,
}: ApiResource["columns"][number]): JsonObject {
  return { name, type, format, description, priority };
}

function rowOf({ columns }: ApiResource, object: ApiObject, { include, nowMs }: TableOptions): JsonObject {
  const cells = [object.metadata.name, ...columns.map(({ cell }) => cell(object, nowMs) ?? null)];
  if (include === "None") return { cells };
  return { cells, object: include === "Object" ? object : partialOf(object) };
}

/** An object's metadata alone, in the kind that metadata clients ask for. */
export function partialOf({ metadata }: ApiObject): JsonObject {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
}
