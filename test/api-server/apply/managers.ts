import type { Exchange } from "../api-context.ts";
import type { JsonObject } from "../json-object.ts";
import { apiVersionOf } from "../resource/api-resource.ts";
import type { ApiObject } from "../store/api-object.ts";
import { textOf } from "../table/field-of.ts";
import { timestampOf } from "../write/new-metadata.ts";
import { readFieldsV1, writeFieldsV1 } from "./fields-v1.ts";

/** Who owns which fields of an object, and by which kind of write. */
export interface Manager {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly paths: ReadonlySet<string>;
}

export function readManagers(object: ApiObject): readonly Manager[] {
  return (object.metadata.managedFields ?? []).map(({ fieldsV1, ...entry }) => ({
    manager: textOf(entry, "manager", ""),
    operation: entry["operation"] === "Apply" ? "Apply" : "Update",
    apiVersion: textOf(entry, "apiVersion", ""),
    subresource: textOf(entry, "subresource", ""),
    time: textOf(entry, "time", ""),
    paths: readFieldsV1(fieldsV1),
  }));
}

/** Managers that own nothing any more are left out. */
export function withManagers(object: ApiObject, managers: readonly Manager[]): ApiObject {
  const managedFields = managers.filter(({ paths }) => paths.size > 0).map(writeManager);
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: managedFields.length === 0 ? metadata : { ...metadata, managedFields } };
}

function writeManager({ manager, operation, apiVersion, subresource, time, paths }: Manager): JsonObject {
  const entry = { manager, operation, apiVersion, time, fieldsType: "FieldsV1", fieldsV1: writeFieldsV1(paths) };
  return subresource === "" ? entry : { ...entry, subresource };
}

/** The entry of whoever makes this request: named by `fieldManager`, or else by the program's User-Agent. */
export function managerOf(exchange: Exchange, operation: Manager["operation"], paths: ReadonlySet<string>): Manager {
  const { info, answer, resource, target, context } = exchange;
  const agent = (answer.request.headers["user-agent"] ?? "unknown").split("/")[0] ?? "";
  return {
    manager: info.query.get("fieldManager") ?? agent,
    operation,
    apiVersion: apiVersionOf(resource),
    subresource: target.subresource,
    time: timestampOf(context.settings.now()),
    paths,
  };
}

export function isSameManager(a: Manager, b: Manager): boolean {
  return a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource;
}
