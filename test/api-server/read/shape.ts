import type { Representation } from "../http/representation.ts";
import type { JsonObject } from "../json-object.ts";
import { type ApiResource, apiVersionOf } from "../resource/api-resource.ts";
import { parseStored, type StoredObject } from "../store/stored-object.ts";
import { partialOf, tableOf, type TableOptions } from "../table/table-of.ts";

export interface ShapeOptions {
  readonly resource: ApiResource;
  readonly representation: Representation;
  readonly table: TableOptions;
}

/** One object, as it was asked for. */
export function shapeObject(stored: StoredObject, options: ShapeOptions): Buffer {
  const { resource, representation, table } = options;
  switch (representation.kind) {
    case "object":
      return stored.json;
    case "partial":
      return encode(partialOf(parseStored(stored)));
    case "table": {
      const metadata = { resourceVersion: String(stored.version) };
      return encode(tableOf(resource, [parseStored(stored)], metadata, table));
    }
  }
}

/** A list in pieces, for it may be larger than what should be held twice. */
export function* shapeList(
  objects: readonly StoredObject[],
  metadata: JsonObject,
  options: ShapeOptions,
): Generator<Buffer | string> {
  const { resource, representation, table } = options;
  if (representation.kind === "table") {
    yield encode(tableOf(resource, objects.map(parseStored), metadata, table));
    return;
  }
  const isPartial = representation.kind === "partial";
  const kind = isPartial ? "PartialObjectMetadataList" : `${resource.kind}List`;
  const apiVersion = isPartial ? "meta.k8s.io/v1" : apiVersionOf(resource);
  yield `${JSON.stringify({ kind, apiVersion, metadata }).slice(0, -1)},"items":[`;
  for (const [place, object] of objects.entries()) {
    if (place > 0) yield ",";
    if (isPartial) yield encode(partialOf(parseStored(object)));
    else yield* itemOf(object, resource);
  }
  yield "]}\n";
}

/** Items of built-in lists name no kind of their own; those of custom ones do. */
function* itemOf(object: StoredObject, { isCustom }: ApiResource): Generator<Buffer | string> {
  if (isCustom) yield object.json;
  else {
    yield "{";
    yield object.json.subarray(object.itemStart);
  }
}

function encode(value: JsonObject): Buffer {
  return Buffer.from(JSON.stringify(value));
}
