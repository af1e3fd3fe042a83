import { badRequest, type Cause, invalid } from "../http/api-status.ts";
import { isObject, type JsonObject } from "../json-object.ts";
import { type ApiResource, apiVersionOf } from "../resource/api-resource.ts";
import { prune } from "../schema/prune.ts";
import { setDefaults } from "../schema/set-defaults.ts";
import { withoutEmpty } from "../schema/without-empty.ts";
import { validateSchema } from "../schema/validate-schema.ts";
import type { ApiObject } from "../store/api-object.ts";
import type { ApiContext, Exchange } from "../api-context.ts";
import { validateObject } from "../validate/validate-object.ts";
import { setBuiltInDefaults } from "./built-in-defaults.ts";

/** Checks that a body is an object of this resource; fills in the kind where a client left it out. */
export function asObject(body: JsonObject, resource: ApiResource): ApiObject {
  const { kind = resource.kind, apiVersion = apiVersionOf(resource), metadata = {} } = body;
  const expected = apiVersionOf(resource);
  if (apiVersion !== expected)
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected})`,
    );
  if (kind !== resource.kind)
    throw badRequest(
      `${String(kind)} in version "${resource.version}" cannot be handled as a ${resource.kind}: no kind "${String(kind)}" is registered for version "${expected}"`,
    );
  if (!isObject(metadata)) throw badRequest(`metadata of a ${resource.kind} must be an object`);
  const { name = "", ...rest } = metadata;
  return { ...body, apiVersion, kind, metadata: { ...rest, name: String(name) } };
}

/**
 * What the server makes of an object before it is stored: without fields that its schema does not know (said or
 * refused, by `fieldValidation`), with defaults, and valid. Throws 400 or 422.
 */
export function admitted(exchange: Exchange, object: ApiObject): ApiObject {
  const { context, resource } = exchange;
  const schema = context.schemas.of(resource);
  const unknown: string[] = [];
  const known = prune(object, schema, context.schemas, (path) => unknown.push(path)) as ApiObject;
  const pruned = resource.isCustom ? known : (withoutEmpty(known, schema, context.schemas) as ApiObject);
  if (unknown.length > 0) sayUnknown(exchange, unknown);
  if (resource.isCustom) setDefaults(pruned, schema, context.schemas);
  else setBuiltInDefaults(resource, pruned);
  refuseInvalid(context, resource, pruned);
  return pruned;
}

function sayUnknown({ info, answer, resource }: Exchange, paths: readonly string[]): void {
  const mode = info.query.get("fieldValidation") ?? "Warn";
  const texts = paths.map((path) => `unknown field "${path}"`);
  if (mode === "Strict")
    throw badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: strict decoding error: ${texts.join(", ")}`,
    );
  // RFC 9111, 5.5: code, agent and text.
  if (mode === "Warn")
    answer.response.setHeader(
      "warning",
      texts.map((text) => `299 - ${JSON.stringify(text)}`),
    );
}

function refuseInvalid({ schemas }: ApiContext, resource: ApiResource, object: ApiObject): void {
  const causes = validateSchema(object, schemas.of(resource), schemas);
  const wrongType = causes.find(({ reason }) => reason === "FieldValueTypeInvalid");
  if (wrongType !== undefined && !resource.isCustom) throw undecodable(resource, wrongType);
  // Only custom resources' keyed lists are looked through by their schema; built-in kinds have rules of their own.
  const own = resource.isCustom ? causes : causes.filter(({ reason }) => reason !== "FieldValueDuplicate");
  const all = uniqueCauses([...own, ...validateObject(resource, object)]);
  if (all.length > 0) throw invalid(resource, object.metadata.name, all);
}

function uniqueCauses(causes: readonly Cause[]): readonly Cause[] {
  return [...new Map(causes.map((cause) => [`${cause.field} ${cause.message}`, cause])).values()];
}

/** Go's decoder stops at a value of another type before anything is validated. */
function undecodable({ kind, version }: ApiResource, { field, message }: Cause): Error {
  const [, found = "", wanted = ""] = /Invalid value: "(\w+)".* must be of type (\S+):/u.exec(message) ?? [];
  return badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: json: cannot unmarshal ${found} into Go struct field ${kind}.${field} of type ${wanted}`,
  );
}
