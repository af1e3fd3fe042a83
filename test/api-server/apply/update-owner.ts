import type { Exchange } from "../api-context.ts";
import type { ApiObject } from "../store/api-object.ts";
import { allPathsOf, type FieldPaths, STEP } from "./field-paths.ts";
import { isSameManager, type Manager, managerOf, readManagers, withManagers } from "./managers.ts";

/**
 * "Field management" for every write that is no apply: who changes a value takes the field from all others, and
 * fields that are gone are nobody's.
 */
export function withUpdateOwner(exchange: Exchange, before: ApiObject | undefined, next: ApiObject): ApiObject {
  const { schemas } = exchange.context;
  const schema = schemas.of(exchange.resource);
  const old = before === undefined ? pathsOfNothing(exchange) : allPathsOf(before, schema, schemas);
  const now = allPathsOf(next, schema, schemas);
  const changed = new Set([...now].flatMap(([path, value]) => (old.get(path) === value ? [] : [path])));
  const mine = managerOf(exchange, "Update", changed);
  const known = readManagers(next.metadata.managedFields === undefined && before !== undefined ? before : next);
  const others = known.filter((each) => !isSameManager(each, mine));
  const earlier = known.find((each) => isSameManager(each, mine));
  const kept = others.map((each) => keep(each, (path) => now.has(path) && !changed.has(path)));
  return withManagers(next, [...kept, ownEntry(mine, earlier, now)]);
}

/** Where Go's types have a struct, which is there from the beginning, or a list that is written even if it is empty. */
const STRUCTS = ["spec", "status", "spec.podSelector", "spec.strategy", "spec.updateStrategy", "status.loadBalancer"]
  .concat(["", "spec.", "spec.jobTemplate.spec."].flatMap((at) => [`${at}template`, `${at}template.metadata`]))
  .concat(["spec.jobTemplate", "spec.jobTemplate.metadata", "spec.jobTemplate.spec", "spec.names", "spec.versions"])
  .concat(["spec.template.spec", "spec.jobTemplate.spec.template.spec"])
  .concat(["", "template.", "jobTemplate.spec.template.spec."].map((at) => `spec.${at}containers`))
  .concat(["spec.template.spec.containers", "rules", "endpoints", "ports"]);

/**
 * Before an object is created there is an empty one of its type: who creates it owns the maps and lists that it
 * brings, the `.` of managed fields, but not what is always there. Custom resources have nothing but metadata.
 */
function pathsOfNothing({ resource }: Exchange): FieldPaths {
  const paths = ["metadata", ...(resource.isCustom ? [] : STRUCTS)];
  return new Map(
    paths.map((path) => [
      path
        .split(".")
        .map((step) => `f:${step}`)
        .join(STEP),
      "",
    ]),
  );
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
