import type { ApiContext } from "../api-context.ts";
import { isObject, type JsonObject } from "../json-object.ts";
import type { ApiObject } from "../store/api-object.ts";
import { parseStored, type StoredObject } from "../store/stored-object.ts";
import { customColumns } from "../table/custom-columns.ts";
import { fieldOf, listOf, textOf } from "../table/field-of.ts";
import { timestampOf } from "../write/new-metadata.ts";
import type { ApiResource } from "./api-resource.ts";
import { selectableFieldsOf } from "./selectable-fields.ts";

const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"] as const;

/**
 * What the apiextensions controllers do, at once: a stored CustomResourceDefinition is served and says so in its
 * status; one that has gone is served no more. Of several versions only the storage version is served.
 */
export function registerDefinition(
  context: ApiContext,
  resource: ApiResource,
  stored: StoredObject,
  isGone = false,
): StoredObject {
  if (resource.plural !== "customresourcedefinitions") return stored;
  const definition = parseStored(stored);
  if (isGone) {
    removeInstances(context, definition.metadata.name);
    context.resources.setCustom(definition.metadata.name, []);
    return stored;
  }
  serve(context, definition);
  return isEstablished(definition) ? stored : context.store.put(resource, established(context, definition));
}

function serve({ resources, schemas }: ApiContext, definition: ApiObject): void {
  const version = listOf(definition, "spec.versions").find(({ storage }) => storage === true) ?? {};
  const custom = customResource(definition, version);
  schemas.setCustom(custom, fieldOf(version, "schema.openAPIV3Schema") ?? {});
  resources.setCustom(custom.id, [custom]);
}

function customResource(definition: ApiObject, version: JsonObject): ApiResource {
  const id = definition.metadata.name;
  const kind = textOf(definition, "spec.names.kind");
  const isNamespaced = fieldOf(definition, "spec.scope") === "Namespaced";
  const selectable = listOf(version, "selectableFields").map(({ jsonPath }) => String(jsonPath).replace(/^\./u, ""));
  return {
    id,
    kind,
    isNamespaced,
    isCustom: true,
    verbs: VERBS,
    group: textOf(definition, "spec.group"),
    version: textOf(version, "name"),
    plural: textOf(definition, "spec.names.plural"),
    singular: textOf(definition, "spec.names.singular", kind.toLowerCase()),
    shortNames: stringsOf(definition, "spec.names.shortNames"),
    categories: stringsOf(definition, "spec.names.categories"),
    subresources: isObject(fieldOf(version, "subresources.status")) ? ["status"] : [],
    selectableFields: [...selectableFieldsOf(id, isNamespaced), ...selectable],
    columns: customColumns(listOf(version, "additionalPrinterColumns")),
  };
}

function stringsOf(object: object, path: string): readonly string[] {
  const value = fieldOf(object, path);
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

function isEstablished(definition: ApiObject): boolean {
  return listOf(definition, "status.conditions").some(
    ({ type, status }) => type === "Established" && status === "True",
  );
}

function established({ settings }: ApiContext, definition: ApiObject): ApiObject {
  const lastTransitionTime = timestampOf(settings.now());
  const conditions = [
    { type: "NamesAccepted", status: "True", lastTransitionTime, reason: "NoConflicts", message: "no conflicts found" },
    {
      type: "Established",
      status: "True",
      lastTransitionTime,
      reason: "InitialNamesAccepted",
      message: "the initial names have been accepted",
    },
  ];
  const stored = listOf(definition, "spec.versions").flatMap(({ name, storage }) => (storage === true ? [name] : []));
  return {
    ...definition,
    status: { conditions, acceptedNames: fieldOf(definition, "spec.names"), storedVersions: stored },
  };
}

function removeInstances({ resources, store }: ApiContext, id: string): void {
  const custom = resources.byId(id);
  if (custom !== undefined) for (const object of store.collection(custom).now()) store.remove(custom, object);
}
