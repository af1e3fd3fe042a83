import { applyPatch, type Operation } from "rfc6902";
import type { Exchange } from "../api-context.ts";
import { type Applied, applyObject } from "../apply/apply-object.ts";
import { ApiStatus, badRequest, unsupportedMediaType } from "../http/api-status.ts";
import { mediaTypeOf, parseText, readBody } from "../http/read-body.ts";
import type { ApiObject } from "../store/api-object.ts";
import { parseStored } from "../store/stored-object.ts";
import { asObject } from "./admitted.ts";
import { mergePatch } from "./merge-patch.ts";
import { strategicMergePatch } from "./strategic-merge-patch.ts";
import { existing, replace } from "./update-object.ts";
import { checkWriteOptions } from "./write-options.ts";

const JSON_PATCH = "application/json-patch+json";
const MERGE_PATCH = "application/merge-patch+json";
const STRATEGIC_PATCH = "application/strategic-merge-patch+json";
export const APPLY_PATCH = "application/apply-patch+yaml";

/** Custom resources have no types with merge keys. */
function acceptedBy({ resource }: Exchange): readonly string[] {
  return resource.isCustom
    ? [JSON_PATCH, MERGE_PATCH, APPLY_PATCH]
    : [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH];
}

export async function patchObject(exchange: Exchange): Promise<Applied> {
  const { answer, resource, target } = exchange;
  const type = mediaTypeOf(answer.request);
  const accepted = acceptedBy(exchange);
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  checkWriteOptions(exchange, type === APPLY_PATCH);
  if (type === APPLY_PATCH) return applyObject(exchange);
  const patch = parseText((await readBody(answer.request)).toString(), "application/json");
  const stored = existing(exchange);
  const next = asObject(patched(exchange, parseStored(stored), patch, type), resource);
  if (next.metadata.name !== target.name)
    throw badRequest(
      `the name of the object (${next.metadata.name}) does not match the name on the URL (${target.name})`,
    );
  return { stored: replace(exchange, stored, next), isNew: false };
}

function patched({ context, resource }: Exchange, object: ApiObject, patch: unknown, type: string): ApiObject {
  if (type === JSON_PATCH) return jsonPatched(object, patch);
  if (typeof patch !== "object" || patch === null) throw badRequest("the patch must be an object");
  if (type === MERGE_PATCH) return mergePatch(object, patch) as ApiObject;
  return strategicMergePatch(object, patch, context.schemas.of(resource), context.schemas) as ApiObject;
}

/** RFC 6902: the first operation that fails makes the whole patch fail. */
function jsonPatched(object: ApiObject, patch: unknown): ApiObject {
  if (!Array.isArray(patch)) throw badRequest("a JSON patch must be a list of operations");
  const failed = applyPatch(object, patch as Operation[]).find((error) => error !== null);
  if (failed === undefined) return object;
  // The server does not say which operation it was.
  const message = "the server rejected our request due to an error in our request";
  throw new ApiStatus({ code: 422, reason: "Invalid", message, details: {} });
}
