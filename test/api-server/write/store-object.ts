import type { Exchange } from "../api-context.ts";
import { registerDefinition } from "../resource/register-definition.ts";
import type { ApiObject } from "../store/api-object.ts";
import { type StoredObject, storedObject } from "../store/stored-object.ts";

/** Stores what was admitted; in a dry run only shows it, at the version that the old one had. */
export function store(exchange: Exchange, object: ApiObject, isDry: boolean): StoredObject {
  const { context, resource } = exchange;
  if (isDry) return storedObject(resource, object, Number(object.metadata.resourceVersion ?? 0));
  const stored = context.store.put(resource, object);
  return registerDefinition(context, resource, stored);
}
