import { alreadyExists, notFound, terminating } from "../http/api-status.ts";
import { readObjectBody } from "../http/read-body.ts";
import type { ApiObject } from "../store/api-object.ts";
import type { StoredObject } from "../store/stored-object.ts";
import { isDryRun } from "./dry-run.ts";
import type { Exchange } from "../api-context.ts";
import { admitted, asObject } from "./admitted.ts";
import { withUpdateOwner } from "../apply/update-owner.ts";
import { withNewMetadata } from "./new-metadata.ts";
import { prepareNew } from "./prepare.ts";
import { store } from "./store-object.ts";
import { checkWriteOptions } from "./write-options.ts";

export async function createObject(exchange: Exchange): Promise<StoredObject> {
  const { resource, answer } = exchange;
  checkWriteOptions(exchange);
  return create(exchange, asObject(await readObjectBody(answer.request), resource));
}

/** Also for server-side apply of what is not there yet, which brings its own managed fields. */
export function create(exchange: Exchange, given: ApiObject, isOwned = false): StoredObject {
  const { context, resource, namespace } = exchange;
  requireNamespace(exchange, given.metadata.name);
  const object = admitted(exchange, withoutStatus(exchange, withNewMetadata(exchange, given)));
  if (context.store.get(resource, namespace, object.metadata.name) !== undefined)
    throw alreadyExists(resource, object.metadata.name);
  const owned = isOwned ? object : withUpdateOwner(exchange, undefined, object);
  return store(exchange, prepareNew(resource, owned), isDryRun(exchange));
}

/** "Spec and Status": a status can't be brought along where it has a subresource of its own. */
function withoutStatus({ resource }: Exchange, object: ApiObject): ApiObject {
  if (!resource.subresources.includes("status")) return object;
  const { status: _, ...rest } = object;
  return rest;
}

/** The NamespaceLifecycle admission plugin. */
function requireNamespace({ context, resource, namespace }: Exchange, name: string): void {
  if (!resource.isNamespaced || !context.settings.hasNamespaces) return;
  const namespaces = context.resources.byId("namespaces");
  if (namespaces === undefined) return;
  const found = context.store.get(namespaces, "", namespace);
  if (found === undefined) throw notFound(namespaces, namespace);
  if (found.fields.get("status.phase") === "Terminating") throw terminating(resource, name, namespace);
}
