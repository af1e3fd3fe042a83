import { isObject } from "../json-object.ts";
import type { ApiResource } from "../resource/api-resource.ts";
import type { ApiObject } from "./api-object.ts";

/** An object at one version, never changed: what lists and watches send is written once, when it is stored. */
export interface StoredObject {
  /** `namespace/name`, or the name alone: etcd's order of keys is the order of lists. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: number;
  /** The whole object as JSON, kind and apiVersion first. */
  readonly json: Buffer;
  /** Where `json` goes on behind kind and apiVersion, which items of a list leave out. */
  readonly itemStart: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Values of the fields that this kind can be selected by. */
  readonly fields: ReadonlyMap<string, string>;
}

/** Takes the object as it is: its resourceVersion must already be `version`. */
export function storedObject(resource: ApiResource, object: ApiObject, version: number): StoredObject {
  const { apiVersion, kind, ...rest } = object;
  const head = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;
  const { name, namespace = "", labels } = object.metadata;
  return {
    key: keyOf(namespace, name),
    namespace,
    name,
    version,
    json: Buffer.from(head + JSON.stringify(rest).slice(1)),
    itemStart: Buffer.byteLength(head),
    labels: isObject(labels) ? labels : {},
    fields: new Map(resource.selectableFields.map((path) => [path, fieldText(object, path)])),
  };
}

/** A copy of its own each time: it may be changed. */
export function parseStored(stored: StoredObject): ApiObject {
  return JSON.parse(stored.json.toString()) as ApiObject;
}

export function keyOf(namespace: string, name: string): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** Field selectors compare text; what is missing is the empty text, and a missing boolean is false. */
function fieldText(object: ApiObject, path: string): string {
  let value: unknown = object;
  for (const step of path.split(".")) value = isObject(value) ? value[step] : undefined;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return BOOLEAN_FIELDS.has(path) ? "false" : "";
}

const BOOLEAN_FIELDS: ReadonlySet<string> = new Set(["spec.hostNetwork", "spec.unschedulable"]);
