import type { Exchange } from "../api-context.ts";
import { conflict } from "../http/api-status.ts";
import { isObject, type JsonObject } from "../json-object.ts";
import { registerDefinition } from "../resource/register-definition.ts";
import { isSelected, selectionOf } from "../select/selection.ts";
import type { ApiObject } from "../store/api-object.ts";
import { ofNamespace } from "../store/sorted-objects.ts";
import { parseStored, type StoredObject, storedObject } from "../store/stored-object.ts";
import { fieldOf, textOf } from "../table/field-of.ts";
import { readDeleteOptions } from "./delete-options.ts";
import { isDryRun } from "./dry-run.ts";
import { timestampOf } from "./new-metadata.ts";
import { existing } from "./update-object.ts";

const DEFAULT_GRACE_SECONDS = 30;

/** The object as it was last seen, and whether it is gone already. */
export interface Deletion {
  readonly object: StoredObject;
  readonly isGone: boolean;
}

export async function deleteObject(exchange: Exchange): Promise<Deletion> {
  const options = await readDeleteOptions(exchange);
  const stored = existing(exchange);
  checkPreconditions(exchange, stored, options);
  return remove(exchange, stored, options);
}

export async function deleteCollection(exchange: Exchange): Promise<readonly StoredObject[]> {
  const options = await readDeleteOptions(exchange);
  const { context, info, target, resource, namespace } = exchange;
  const selection = selectionOf(info, target, resource);
  const own = ofNamespace(context.store.collection(resource).now(), namespace);
  return own
    .filter((object) => isSelected(selection, object))
    .map((object) => remove(exchange, object, options).object);
}

function checkPreconditions({ resource }: Exchange, stored: StoredObject, { preconditions }: JsonObject): void {
  if (!isObject(preconditions)) return;
  const { uid, resourceVersion } = preconditions;
  const { metadata } = parseStored(stored);
  // registry/rest/delete.go names the kind here, where all others name the resource.
  const kind = { ...resource, plural: resource.kind, id: [resource.kind, resource.group].filter(Boolean).join(".") };
  if (uid !== undefined && uid !== metadata.uid)
    throw conflict(
      kind,
      stored.name,
      `the UID in the precondition (${textOf({ uid }, "uid")}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    throw conflict(
      kind,
      stored.name,
      `the ResourceVersion in the precondition (${textOf({ resourceVersion }, "resourceVersion")}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
}

function remove(exchange: Exchange, stored: StoredObject, options: JsonObject): Deletion {
  const { context, resource } = exchange;
  const isDry = isDryRun(exchange) || (Array.isArray(options["dryRun"]) && options["dryRun"].length > 0);
  const object = parseStored(stored);
  const { metadata } = object;
  const grace = graceOf(exchange, object, options["gracePeriodSeconds"]);
  const waits = grace > 0 || (metadata.finalizers ?? []).length > 0;
  if (isDry) return { object: stored, isGone: !waits };
  if (resource.id === "namespaces") return terminate(exchange, stored, object);
  if (!waits) return { object: removeNow(exchange, stopped(exchange, stored, object)), isGone: true };
  // Deleted once, it stays deleted: only the grace can become shorter.
  metadata.deletionTimestamp ??= timestampOf(context.settings.now() + grace * 1000);
  metadata.deletionGracePeriodSeconds = Math.min(grace, metadata.deletionGracePeriodSeconds ?? grace);
  const next = context.store.put(resource, object);
  if (resource.id === "pods") stopPodLater(exchange, next);
  return { object: next, isGone: false };
}

/** Pods go in two steps even without a grace: who watches sees one that is being deleted, then none. */
function stopped({ context, resource }: Exchange, stored: StoredObject, pod: ApiObject): StoredObject {
  if (resource.id !== "pods") return stored;
  pod.metadata.deletionTimestamp ??= timestampOf(context.settings.now());
  pod.metadata.deletionGracePeriodSeconds = 0;
  return context.store.put(resource, pod);
}

/** registry/core/namespace: a namespace is Terminating until its controller has emptied it and taken its finalizer. */
function terminate(exchange: Exchange, stored: StoredObject, namespace: ApiObject): Deletion {
  const { context, resource } = exchange;
  if (namespace.metadata.deletionTimestamp !== undefined) return { object: stored, isGone: false };
  namespace.metadata.deletionTimestamp = timestampOf(context.settings.now());
  namespace["status"] = { ...(namespace["status"] as JsonObject | undefined), phase: "Terminating" };
  const next = context.store.put(resource, namespace);
  setTimeout(() => emptyAndRemove(exchange, next), context.settings.podStopMs ?? 0).unref();
  return { object: next, isGone: false };
}

/** What the namespace controller does. */
function emptyAndRemove(exchange: Exchange, { name }: StoredObject): void {
  const { context, resource } = exchange;
  const now = context.store.get(resource, "", name);
  if (now === undefined || parseStored(now).metadata.deletionTimestamp === undefined) return;
  empty(exchange, name);
  context.store.remove(resource, now);
}

function removeNow(exchange: Exchange, stored: StoredObject): StoredObject {
  const { context, resource } = exchange;
  const gone = context.store.remove(resource, stored);
  registerDefinition(context, resource, gone, true);
  return gone;
}

/** "Termination of pods": only pods that run somewhere have a grace. */
function graceOf({ resource }: Exchange, object: object, asked: unknown): number {
  if (resource.id !== "pods" || fieldOf(object, "spec.nodeName") === undefined) return 0;
  const phase = fieldOf(object, "status.phase");
  if (phase === "Succeeded" || phase === "Failed") return 0;
  if (typeof asked === "number") return asked;
  const own = fieldOf(object, "spec.terminationGracePeriodSeconds");
  return typeof own === "number" ? own : DEFAULT_GRACE_SECONDS;
}

/** What a kubelet does: the pod ends, and then it is deleted for good. */
function stopPodLater({ context, resource }: Exchange, pod: StoredObject): void {
  const { podStopMs } = context.settings;
  if (podStopMs === undefined) return;
  const stop = (): void => {
    const now = context.store.get(resource, pod.namespace, pod.name);
    if (now === undefined || (parseStored(now).metadata.finalizers ?? []).length > 0) return;
    if (parseStored(now).metadata.uid !== parseStored(pod).metadata.uid) return;
    const object = parseStored(now);
    object.metadata.deletionGracePeriodSeconds = 0;
    context.store.remove(resource, storedObject(resource, object, now.version));
  };
  setTimeout(stop, podStopMs).unref();
}

function empty({ context }: Exchange, namespace: string): void {
  for (const { resource } of context.store.collections())
    if (resource.isNamespaced)
      for (const object of ofNamespace(context.store.collection(resource).now(), namespace))
        context.store.remove(resource, object);
}
