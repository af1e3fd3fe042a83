import type { Exchange } from "../api-context.ts";
import { badRequest, conflict, invalid, MODIFIED } from "../http/api-status.ts";
import { parseObject, readBody } from "../http/read-body.ts";
import { isTrue } from "../http/request-info.ts";
import type { ApiObject } from "../store/api-object.ts";
import { parseStored, type StoredObject } from "../store/stored-object.ts";
import { required } from "../validate/causes.ts";
import { admitted, asObject } from "../write/admitted.ts";
import { create } from "../write/create-object.ts";
import { replace } from "../write/update-object.ts";
import { refuseConflicts } from "./conflicts.ts";
import { fieldPathsOf, STEP } from "./field-paths.ts";
import { isSameManager, type Manager, managerOf, readManagers, withManagers } from "./managers.ts";
import { mergeTyped, removePaths } from "./merge-typed.ts";
import { keep } from "./update-owner.ts";

/** Whether the object came to be by this. */
export interface Applied {
  readonly stored: StoredObject;
  readonly isNew: boolean;
}

const OPTIONS = { group: "meta.k8s.io", kind: "PatchOptions" } as const;

/** "Server-Side Apply": the body says all that its manager wants of the object, and nothing else. */
export async function applyObject(exchange: Exchange): Promise<Applied> {
  const { resource, target, info, answer, context, namespace } = exchange;
  if ((info.query.get("fieldManager") ?? "") === "")
    throw invalid(OPTIONS, "", [required("fieldManager", "is required for apply patch")]);
  const body = parseObject((await readBody(answer.request)).toString(), "application/yaml");
  const applied = named(asObject(body, resource), target.name);
  if (applied.metadata.managedFields !== undefined) throw badRequest("metadata.managedFields must be nil");
  const live = context.store.get(resource, namespace, target.name);
  if (live === undefined) return { stored: createApplied(exchange, applied), isNew: true };
  return { stored: applyOver(exchange, live, applied), isNew: false };
}

function named(applied: ApiObject, name: string): ApiObject {
  if (applied.metadata.name !== "" && applied.metadata.name !== name)
    throw badRequest(`the name of the object (${applied.metadata.name}) does not match the name on the URL (${name})`);
  return { ...applied, metadata: { ...applied.metadata, name } };
}

function createApplied(exchange: Exchange, applied: ApiObject): StoredObject {
  const { schemas } = exchange.context;
  const paths = fieldPathsOf(applied, schemas.of(exchange.resource), schemas);
  return create(exchange, withManagers(applied, [managerOf(exchange, "Apply", new Set(paths.keys()))]), true);
}

function applyOver(exchange: Exchange, stored: StoredObject, applied: ApiObject): StoredObject {
  const { schemas } = exchange.context;
  const schema = schemas.of(exchange.resource);
  const live = parseStored(stored);
  const { resourceVersion } = applied.metadata;
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion)
    throw conflict(exchange.resource, live.metadata.name, MODIFIED);
  const wanted = fieldPathsOf(applied, schema, schemas);
  const mine = managerOf(exchange, "Apply", new Set(wanted.keys()));
  const known = readManagers(live);
  const others = known.filter((each) => !isSameManager(each, mine));
  const before = known.find((each) => isSameManager(each, mine));
  const merged = mergeTyped(live, applied, schema, schemas) as ApiObject;
  removePaths(merged, schema, droppedPaths(before, mine, others), schemas);
  const next = { ...live, ...merged, metadata: { ...merged.metadata } };
  const changed = changedPaths(fieldPathsOf(live, schema, schemas), wanted);
  if (!isTrue(exchange.info.query.get("force"))) refuseConflicts(others, changed);
  const now = fieldPathsOf(admitted(exchange, next), schema, schemas);
  const kept = others.map((each) => keep(each, (path) => now.has(path) && !changed.has(path)));
  return replace(exchange, stored, withManagers(next, [...kept, mine]), true);
}

/** Fields that this manager named before and no longer does go, unless somebody else owns them or what is below them. */
function droppedPaths(before: Manager | undefined, mine: Manager, others: readonly Manager[]): ReadonlySet<string> {
  const owned = others.flatMap(({ paths }) => [...paths]);
  const isOwned = (path: string): boolean => owned.some((own) => own === path || own.startsWith(path + STEP));
  const dropped = [...(before?.paths ?? [])].filter((path) => !mine.paths.has(path) && !isOwned(path));
  return new Set(dropped);
}

function changedPaths(live: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): ReadonlySet<string> {
  return new Set([...wanted].flatMap(([path, value]) => (live.get(path) === value ? [] : [path])));
}
