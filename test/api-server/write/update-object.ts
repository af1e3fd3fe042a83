import { isDeepStrictEqual } from "node:util";
import type { Exchange } from "../api-context.ts";
import { withUpdateOwner } from "../apply/update-owner.ts";
import { badRequest, conflict, invalid, MODIFIED, notFound } from "../http/api-status.ts";
import { readObjectBody } from "../http/read-body.ts";
import type { ApiResource } from "../resource/api-resource.ts";
import type { ApiObject, ObjectMeta } from "../store/api-object.ts";
import { parseStored, type StoredObject, storedObject } from "../store/stored-object.ts";
import { invalidValue } from "../validate/causes.ts";
import { refuseChange } from "../validate/refuse-change.ts";
import { admitted, asObject } from "./admitted.ts";
import { isDryRun } from "./dry-run.ts";
import { checkNamespace } from "./new-metadata.ts";
import { admitPod } from "./pod-defaults.ts";
import { store } from "./store-object.ts";
import { checkWriteOptions } from "./write-options.ts";

export async function updateObject(exchange: Exchange): Promise<StoredObject> {
  const { resource, target, answer } = exchange;
  checkWriteOptions(exchange);
  const given = asObject(await readObjectBody(answer.request), resource);
  if (given.metadata.name === "")
    throw badRequest(`the name of the object (${target.name} based on URL) was undeterminable: name must be provided`);
  if (given.metadata.name !== target.name)
    throw badRequest(
      `the name of the object (${given.metadata.name}) does not match the name on the URL (${target.name})`,
    );
  const before = existing(exchange);
  if (resource.isCustom && (given.metadata.resourceVersion ?? "") === "")
    // registry/generic/registry/store.go names the resource here, where all others name the kind.
    throw invalid({ ...resource, kind: resource.plural }, target.name, [
      invalidValue("metadata.resourceVersion", 0, "must be specified for an update"),
    ]);
  return replace(exchange, before, given);
}

export function existing({ context, resource, namespace, target }: Exchange): StoredObject {
  const found = context.store.get(resource, namespace, target.name);
  if (found === undefined) throw notFound(resource, target.name);
  return found;
}

/** Puts `given` in the place of what was there: by PUT and by every kind of patch. */
export function replace(exchange: Exchange, stored: StoredObject, given: ApiObject, isOwned = false): StoredObject {
  const before = parseStored(stored);
  checkPreconditions(exchange, before, given.metadata);
  const next = withGeneration(before, admitted(exchange, withOwnPart(exchange, before, given)));
  if (exchange.resource.id === "pods") admitPod(next);
  refuseChange(exchange.resource, before, next);
  const owned = isOwned ? next : withUpdateOwner(exchange, before, next);
  // "Concurrency Control and Consistency": a write that changes nothing makes no new version.
  if (isDeepStrictEqual(withoutTimes(owned), withoutTimes(before))) return stored;
  const isDry = isDryRun(exchange);
  if (isFinished(owned))
    return isDry ? stored : exchange.context.store.remove(exchange.resource, storedAs(exchange, owned));
  return store(exchange, owned, isDry);
}

/** Optimistic locking: an update that names another version, or another object of the same name, is refused. */
function checkPreconditions({ resource, namespace }: Exchange, before: ApiObject, given: ObjectMeta): void {
  const { name } = before.metadata;
  checkNamespace(given, namespace);
  const version = given.resourceVersion ?? "";
  if (version !== "" && version !== before.metadata.resourceVersion) throw conflict(resource, name, MODIFIED);
  if (given.uid !== undefined && given.uid !== before.metadata.uid)
    throw conflict(
      resource,
      name,
      `StorageError: invalid object, Code: 4, Key: /registry/${resource.plural}/${namespace === "" ? "" : `${namespace}/`}${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${before.metadata.uid}`,
    );
}

/** A status changes by its own subresource only, and nothing else does there; what the system sets stays as it was. */
function withOwnPart({ resource, target }: Exchange, before: ApiObject, given: ApiObject): ApiObject {
  const { metadata } = before;
  const isStatus = target.subresource === "status";
  const kept = systemFields(metadata);
  if (isStatus) return { ...before, status: given["status"], metadata: statusMetadata(resource, metadata, given) };
  const next: ApiObject = { ...given, metadata: { ...given.metadata, ...kept } };
  if (resource.subresources.includes("status")) next["status"] = before["status"];
  return JSON.parse(JSON.stringify(next)) as ApiObject;
}

/**
 * The status subresources of custom resources and of their definitions keep the metadata; those of built-in kinds
 * take labels and annotations too, but for the labels of Deployments and the owners of pods.
 */
function statusMetadata({ isCustom, id }: ApiResource, before: ObjectMeta, { metadata: given }: ApiObject): ObjectMeta {
  if (isCustom || id.startsWith("customresourcedefinitions."))
    return { ...before, managedFields: given.managedFields ?? before.managedFields ?? [] };
  const next: ObjectMeta = { ...given, ...systemFields(before) };
  if (id === "pods") next["ownerReferences"] = before["ownerReferences"];
  if (id === "deployments.apps" && before.labels !== undefined) next.labels = before.labels;
  return JSON.parse(JSON.stringify(next)) as ObjectMeta;
}

function systemFields(metadata: ObjectMeta): Partial<ObjectMeta> {
  const { name, namespace, uid, creationTimestamp, generation, resourceVersion, deletionTimestamp } = metadata;
  const { deletionGracePeriodSeconds } = metadata;
  const fields = { name, namespace, uid, creationTimestamp, generation, resourceVersion, deletionTimestamp };
  return { ...fields, deletionGracePeriodSeconds } as Partial<ObjectMeta>;
}

/** "Metadata": the generation counts changes of the desired state. */
function withGeneration(before: ApiObject, next: ApiObject): ApiObject {
  const { generation } = before.metadata;
  if (generation === undefined || isDeepStrictEqual(desired(before), desired(next))) return next;
  return { ...next, metadata: { ...next.metadata, generation: generation + 1 } };
}

function desired(object: ApiObject): object {
  const { metadata: _, status: __, ...rest } = object;
  return rest;
}

/** When a manager last wrote is no change by itself. */
function withoutTimes(object: ApiObject): ApiObject {
  const managedFields = object.metadata.managedFields?.map((entry) => ({ ...entry, time: undefined }));
  return JSON.parse(JSON.stringify({ ...object, metadata: { ...object.metadata, managedFields } })) as ApiObject;
}

/** Deleted before, and the last finalizer is gone now. */
function isFinished({ metadata }: ApiObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.finalizers ?? []).length === 0 &&
    metadata.deletionGracePeriodSeconds === 0
  );
}

function storedAs({ resource }: Exchange, object: ApiObject): StoredObject {
  return storedObject(resource, object, Number(object.metadata.resourceVersion));
}
