import { alreadyExists, badRequest, notFound } from "../http/api-status.ts";
import { readObjectBody } from "../http/read-body.ts";
import type { ApiObject } from "../store/api-object.ts";
import type { StoredObject } from "../store/stored-object.ts";
import { isDryRun } from "./dry-run.ts";
import type { Exchange } from "../api-context.ts";
import { admitted, asObject } from "./admitted.ts";
import { withUpdateOwner } from "../apply/update-owner.ts";
import { withNewMetadata } from "./new-metadata.ts";
import { store } from "./store-object.ts";

export async function createObject(exchange: Exchange): Promise<StoredObject> {
  const { resource, target, answer } = exchange;
  if (target.name !== "") throw badRequest("name may not be in the path of a POST");
  return create(exchange, asObject(await readObjectBody(answer.request), resource));
}

/** Also for server-side apply of what is not there yet, which brings its own managed fields. */
export function create(exchange: Exchange, given: ApiObject, isOwned = false): StoredObject {
  const { context, resource, namespace } = exchange;
  requireNamespace(exchange);
  const object = admitted(exchange, withoutStatus(exchange, withNewMetadata(exchange, given)));
  if (context.store.get(resource, namespace, object.metadata.name) !== undefined)
    throw alreadyExists(resource, object.metadata.name);
  return store(exchange, isOwned ? object : withUpdateOwner(exchange, undefined, object), isDryRun(exchange));
}

/** "Spec and Status": a status can't be brought along where it has a subresource of its own. */
function withoutStatus({ resource }: Exchange, object: ApiObject): ApiObject {
  if (!resource.subresources.includes("status")) return object;
  const { status: _, ...rest } = object;
  return rest;
}

/** The NamespaceLifecycle admission plugin. */
function requireNamespace({ context, resource, namespace }: Exchange): void {
  if (!resource.isNamespaced || !context.settings.hasNamespaces) return;
  const namespaces = context.resources.byId("namespaces");
  if (namespaces !== undefined && context.store.get(namespaces, "", namespace) === undefined)
    throw notFound(namespaces, namespace);
}
