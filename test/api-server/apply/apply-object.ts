import type { Exchange } from "../api-context.ts";
import { ApiStatus, badRequest, conflict, MODIFIED } from "../http/api-status.ts";
import { parseObject, readBody } from "../http/read-body.ts";
import { isTrue } from "../http/request-info.ts";
import type { JsonObject } from "../json-object.ts";
import { apiVersionOf } from "../resource/api-resource.ts";
import { prune } from "../schema/prune.ts";
import type { ApiObject } from "../store/api-object.ts";
import { parseStored, type StoredObject } from "../store/stored-object.ts";
import { textOf } from "../table/field-of.ts";
import { admitted, asObject } from "../write/admitted.ts";
import { create } from "../write/create-object.ts";
import { replace } from "../write/update-object.ts";
import { refuseConflicts } from "./conflicts.ts";
import { allPathsOf, fieldPathsOf, STEP } from "./field-paths.ts";
import { isSameManager, type Manager, managerOf, readManagers, withManagers } from "./managers.ts";
import { mergeTyped, removePaths } from "./merge-typed.ts";
import { keep } from "./update-owner.ts";

/** Whether the object came to be by this. */
export interface Applied {
  readonly stored: StoredObject;
  readonly isNew: boolean;
}

/** "Server-Side Apply": the body says all that its manager wants of the object, and nothing else. */
export async function applyObject(exchange: Exchange): Promise<Applied> {
  const { resource, target, answer, context, namespace } = exchange;
  const body = parseObject((await readBody(answer.request)).toString(), "application/yaml");
  checkType(exchange, body);
  const applied = named(asObject(body, resource), target.name);
  if (applied.metadata.managedFields !== undefined) throw badRequest("metadata.managedFields must be nil");
  const live = context.store.get(resource, namespace, target.name);
  if (live === undefined) return { stored: createApplied(exchange, applied), isNew: true };
  return { stored: applyOver(exchange, live, applied), isNew: false };
}

/**
 * managedfields' structured merge: the version must be said, and every field be known, which for an applied
 * configuration is no warning but an error without a reason.
 */
function checkType({ context, resource, target, namespace }: Exchange, body: JsonObject): void {
  const expected = apiVersionOf(resource);
  const given = textOf(body, "apiVersion", "");
  if (given !== expected)
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${given}, expected: ${expected}`,
    );
  const kind = textOf(body, "kind", "");
  const unknown: string[] = [];
  prune(body, context.schemas.of(resource), context.schemas, (path) => unknown.push(`.${path}`));
  const type = `${resource.group}/${resource.version}, Kind=${kind}`;
  const what = `failed to create typed patch object (${[namespace, target.name].filter(Boolean).join("/")}; ${type})`;
  if (kind === "") throw unreasoned(`${what}: no corresponding type for ${type}`);
  if (unknown.length === 0) return;
  const texts = unknown.map((path) => `${path}: field not declared in schema`);
  throw unreasoned(
    `${what}: ${texts.length === 1 ? texts[0] : `errors:\n${texts.map((text) => `  ${text}`).join("\n")}`}`,
  );
}

function unreasoned(message: string): ApiStatus {
  return new ApiStatus({ code: 500, reason: "", message });
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
  const now = allPathsOf(admitted(exchange, next), schema, schemas);
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

/** An empty map or list where there is none changes nothing: Go's types write both alike. */
function changedPaths(live: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): ReadonlySet<string> {
  const isNothing = (path: string, value: string): boolean => !live.has(path) && (value === "{}" || value === "[]");
  const changed = [...wanted].filter(([path, value]) => live.get(path) !== value && !isNothing(path, value));
  return new Set(changed.map(([path]) => path));
}
