import type { JsonObject } from "../json-object.ts";
import { isSelected, isWhole, type Selection } from "../select/selection.ts";
import type { StoredObject } from "../store/stored-object.ts";
import { writeContinueToken } from "./continue-token.ts";
import type { ListState } from "./list-state.ts";

export interface ListPage {
  readonly metadata: JsonObject;
  readonly objects: readonly StoredObject[];
}

/**
 * As many selected objects as the limit allows. There may be a token for more although nothing more is selected:
 * the server does not look ahead. How many remain is told only where nothing is selected away.
 */
export function listPage({ version, objects, limit }: ListState, selection: Selection): ListPage {
  const most = limit === 0 ? Infinity : limit;
  const selected: StoredObject[] = [];
  let next = 0;
  for (; next < objects.length && selected.length < most; next += 1) {
    const object = objects[next];
    if (object !== undefined && isSelected(selection, object)) selected.push(object);
  }
  const resourceVersion = String(version);
  const last = objects[next - 1];
  if (next >= objects.length || last === undefined) return { metadata: { resourceVersion }, objects: selected };
  const token = writeContinueToken({ version, after: last.key });
  const remaining = isWhole(selection) ? { remainingItemCount: objects.length - next } : {};
  return { metadata: { resourceVersion, continue: token, ...remaining }, objects: selected };
}
