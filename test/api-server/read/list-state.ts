import { expired, tooLargeVersion } from "../http/api-status.ts";
import { ofNamespace, placeOf } from "../store/sorted-objects.ts";
import type { Collection } from "../store/collection.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { StoredObject } from "../store/stored-object.ts";
import { type ContinueToken, readContinueToken, writeContinueToken } from "./continue-token.ts";
import type { ListOptions } from "./list-options.ts";

/** What a list is cut from: the objects of one moment, from where a former page ended. */
export interface ListState {
  readonly version: number;
  readonly objects: readonly StoredObject[];
  /** 0 for no limit. */
  readonly limit: number;
}

const LIST_TOO_OLD = "The resourceVersion for the provided list is too old.";
const TOKEN_TOO_OLD =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without " +
  "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. " +
  "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or " +
  "deleted between the time the first chunk was returned and now may show up in the list.";

/** The rules of "Resource versions", "The resourceVersion parameter", table for lists, and of "Retrieving large results sets in chunks". */
export function listState(
  store: ObjectStore,
  collection: Collection,
  options: ListOptions,
  namespace: string,
): ListState {
  const { limit, continueToken, resourceVersion } = options;
  if (continueToken !== "")
    return continued(store, collection, { limit, namespace, ...readContinueToken(continueToken) });
  const current = { version: store.version, objects: ofNamespace(collection.now(), namespace), limit };
  if (resourceVersion === undefined) return current;
  // Any version will do: that is answered from the watch cache, which knows no pages.
  if (resourceVersion === 0) return { ...current, limit: 0 };
  if (resourceVersion > store.version) throw tooLargeVersion(resourceVersion, store.version);
  const isExact = options.match === "Exact" || (options.match === "" && limit > 0);
  if (!isExact) return current;
  const objects = collection.at(resourceVersion);
  if (objects === undefined) throw expired(LIST_TOO_OLD);
  return { version: resourceVersion, objects: ofNamespace(objects, namespace), limit };
}

interface Continued extends ContinueToken {
  readonly limit: number;
  readonly namespace: string;
}

function continued(
  store: ObjectStore,
  collection: Collection,
  { version, after, limit, namespace }: Continued,
): ListState {
  const objects = version < 0 ? collection.now() : collection.at(version);
  if (objects === undefined) throw expired(TOKEN_TOO_OLD, { continue: writeContinueToken({ version: -1, after }) });
  const own = ofNamespace(objects, namespace);
  // The character behind any key that is sent: keys hold no control characters.
  const rest = own.slice(placeOf(own, `${after}\0`));
  return { version: version < 0 ? store.version : version, objects: rest, limit };
}
