import type { Cause } from "../http/api-status.ts";
import { isObject, type JsonObject } from "../json-object.ts";
import type { ApiObject } from "../store/api-object.ts";
import { fieldOf, listOf } from "../table/field-of.ts";
import { forbiddenField, invalidValue, notSupported, required } from "./causes.ts";

/** A CustomResourceDefinition: its names, its versions, and "Specifying a structural schema", rules 1 to 4. */
export function validateDefinition(definition: ApiObject): readonly Cause[] {
  const plural = fieldOf(definition, "spec.names.plural");
  const group = fieldOf(definition, "spec.group");
  const name = `${String(plural)}.${String(group)}`;
  const versions = listOf(definition, "spec.versions");
  const stored = versions.filter(({ storage }) => storage === true);
  return [
    ...(definition.metadata.name === name
      ? []
      : [invalidValue("metadata.name", definition.metadata.name, `must be spec.names.plural+"."+spec.group`)]),
    ...(stored.length === 1
      ? []
      : [invalidValue("spec.versions", stored.length, "must have exactly one version marked as storage version")]),
    ...versions.flatMap((version, place) => validateVersion(version, `spec.versions[${place}]`)),
  ];
}

function validateVersion(version: JsonObject, path: string): readonly Cause[] {
  const at = `${path}.schema.openAPIV3Schema`;
  const schema = fieldOf(version, "schema.openAPIV3Schema");
  if (!isObject(schema)) return [required(at, "schemas are required")];
  if (schema["type"] !== "object")
    return [invalidValue(`${at}.type`, schema["type"] ?? "", "must be object at the root")];
  return [...structural(schema, at)];
}

const TYPES: readonly string[] = ["array", "boolean", "integer", "number", "object", "string"];

/** Every field has a type, properties and additionalProperties exclude each other, and arrays say of what. */
function* structural(schema: JsonObject, path: string): Generator<Cause> {
  const { type, properties, additionalProperties, items } = schema;
  const isOpen =
    schema["x-kubernetes-int-or-string"] === true || schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (type === undefined && !isOpen) yield required(`${path}.type`, "must not be empty for specified object fields");
  if (type !== undefined && !(typeof type === "string" && TYPES.includes(type)))
    yield notSupported(`${path}.type`, type, TYPES);
  if (schema["$ref"] !== undefined) yield forbiddenField(`${path}.$ref`, "$ref is not supported");
  if (schema["uniqueItems"] === true)
    yield forbiddenField(
      `${path}.uniqueItems`,
      "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
    );
  if (properties !== undefined && additionalProperties !== undefined)
    yield forbiddenField(`${path}.additionalProperties`, "additionalProperties and properties are mutual exclusive");
  if (type === "array" && !isObject(items)) yield required(`${path}.items`, "must be specified");
  yield* listType(schema, path);
  if (isObject(properties))
    for (const [field, child] of Object.entries(properties))
      if (isObject(child)) yield* structural(child, `${path}.properties[${field}]`);
  if (isObject(items)) yield* structural(items, `${path}.items`);
  if (isObject(additionalProperties)) yield* structural(additionalProperties, `${path}.additionalProperties`);
}

function* listType(schema: JsonObject, path: string): Generator<Cause> {
  if (schema["x-kubernetes-list-type"] !== "map") return;
  const keys = schema["x-kubernetes-list-map-keys"];
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (!Array.isArray(keys) || keys.length === 0) {
    yield required(at, "must not be empty if x-kubernetes-list-type is map");
    return;
  }
  const items = schema["items"];
  const needed = listOfNames(items, "required");
  for (const key of keys as readonly string[]) {
    const field = fieldOf(items, `properties.${key}`);
    if (!isObject(field)) yield invalidValue(at, key, "entries must all be names of item properties");
    else if (!needed.includes(key) && field["default"] === undefined)
      yield required(
        `${path}.items.properties[${key}].default`,
        "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property",
      );
  }
}

function listOfNames(schema: unknown, field: string): readonly unknown[] {
  const value = fieldOf(schema, field);
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
