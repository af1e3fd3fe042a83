import type { JsonObject } from "../json-object.ts";
import { type ApiResource, rootOf } from "../resource/api-resource.ts";

type Parameter = JsonObject;

/** How a parameter says its type: with a `schema` in v3, at its own level in v2. */
export type ParameterStyle = "v2" | "v3";

const DRY_RUN = parameter("dryRun", "When present, indicates that modifications should not be persisted.");
const MANAGER = parameter("fieldManager", "A name associated with the actor or entity that is making these changes.");
const VALIDATION = parameter("fieldValidation", "What to do with unknown fields: Ignore, Warn or Strict.");
const FORCE = parameter("force", 'Force is going to "force" Apply requests.', "boolean");

/**
 * Paths and methods of resources, as much as clients look for: kubectl learns here whether a server knows dry runs
 * and checks fields itself, and which path leads to which kind.
 */
export function pathsOf(resources: readonly ApiResource[], style: ParameterStyle): JsonObject {
  return Object.fromEntries(resources.flatMap((resource) => pathsOfResource(resource, style)));
}

function pathsOfResource(resource: ApiResource, style: ParameterStyle): readonly (readonly [string, JsonObject])[] {
  const { plural, isNamespaced, verbs } = resource;
  const root = rootOf(resource);
  const all = `${root}/${isNamespaced ? "namespaces/{namespace}/" : ""}${plural}`;
  const write = [DRY_RUN, MANAGER, VALIDATION];
  const operation = (action: string, parameters: readonly Parameter[]): JsonObject =>
    operationOf(
      resource,
      action,
      parameters.map((one) => styled(one, style)),
    );
  const collection = {
    ...(verbs.includes("list") && { get: operation("list", []) }),
    post: operation("post", write),
  };
  if (!verbs.includes("get")) return [[all, collection]];
  const one = {
    get: operation("get", []),
    put: operation("put", write),
    patch: operation("patch", [...write, FORCE]),
    delete: operation("delete", [DRY_RUN]),
  };
  return [
    [all, collection],
    [`${all}/{name}`, one],
  ];
}

function operationOf(
  { group, version, kind, isNamespaced }: ApiResource,
  action: string,
  parameters: readonly JsonObject[],
): JsonObject {
  return {
    operationId: `${action}${isNamespaced ? "Namespaced" : ""}${group}${version}${kind}`,
    parameters,
    responses: { "200": { description: "OK" } },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group, version, kind },
  };
}

function parameter(name: string, description: string, type = "string"): Parameter {
  return { name, in: "query", description, type };
}

function styled({ type, ...rest }: Parameter, style: ParameterStyle): JsonObject {
  return style === "v2" ? { ...rest, type, uniqueItems: true } : { ...rest, schema: { type, uniqueItems: true } };
}
