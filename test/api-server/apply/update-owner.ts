import type { Exchange } from "../api-context.ts";
import type { ApiObject } from "../store/api-object.ts";
import { fieldPathsOf } from "./field-paths.ts";
import { isSameManager, type Manager, managerOf, readManagers, withManagers } from "./managers.ts";

/**
 * "Field management" for every write that is no apply: who changes a value takes the field from all others, and
 * fields that are gone are nobody's.
 */
export function withUpdateOwner(exchange: Exchange, before: ApiObject | undefined, next: ApiObject): ApiObject {
  const { schemas } = exchange.context;
  const schema = schemas.of(exchange.resource);
  const old = before === undefined ? new Map<string, string>() : fieldPathsOf(before, schema, schemas);
  const now = fieldPathsOf(next, schema, schemas);
  const changed = new Set([...now].flatMap(([path, value]) => (old.get(path) === value ? [] : [path])));
  const mine = managerOf(exchange, "Update", changed);
  const known = readManagers(next.metadata.managedFields === undefined && before !== undefined ? before : next);
  const others = known.filter((each) => !isSameManager(each, mine));
  const earlier = known.find((each) => isSameManager(each, mine));
  const kept = others.map((each) => keep(each, (path) => now.has(path) && !changed.has(path)));
  return withManagers(next, [...kept, ownEntry(mine, earlier, now)]);
}

/** What it owned and is still there, and what it has just changed; its time stays where it has changed nothing. */
function ownEntry(mine: Manager, before: Manager | undefined, now: ReadonlyMap<string, string>): Manager {
  if (before === undefined) return mine;
  const paths = new Set([...before.paths].filter((path) => now.has(path)).concat([...mine.paths]));
  return { ...mine, time: mine.paths.size === 0 ? before.time : mine.time, paths };
}

export function keep(manager: Manager, isKept: (path: string) => boolean): Manager {
  return { ...manager, paths: new Set([...manager.paths].filter((path) => isKept(path))) };
}
