import { requestToken } from "./access/request-token.ts";
import { review } from "./access/review.ts";
import type { Exchange } from "./api-context.ts";
import { methodNotAllowed, noSuchPath } from "./http/api-status.ts";
import { negotiate } from "./http/representation.ts";
import { sendJson, sendObject, sendPieces } from "./http/send.ts";
import type { JsonObject } from "./json-object.ts";
import { readListOptions, readVersion, readWatchOptions } from "./read/list-options.ts";
import { listPage } from "./read/list-page.ts";
import { listState } from "./read/list-state.ts";
import { shapeList, shapeObject, type ShapeOptions } from "./read/shape.ts";
import { selectionOf } from "./select/selection.ts";
import { parseStored, type StoredObject } from "./store/stored-object.ts";
import type { TableOptions } from "./table/table-of.ts";
import { createObject } from "./write/create-object.ts";
import { deleteCollection, deleteObject, type Deletion } from "./write/delete-object.ts";
import { patchObject } from "./write/patch-object.ts";
import { existing, updateObject } from "./write/update-object.ts";

/** One request about a resource, by its verb. */
export async function answerResource(given: Omit<Exchange, "namespace" | "representation">): Promise<void> {
  const { resource, target, info, answer } = given;
  const namespace = resource.isNamespaced ? target.namespace : "";
  const exchange = { ...given, namespace, representation: negotiate(answer.request.headers.accept) };
  refuseUnserved(exchange);
  switch (info.verb) {
    case "get":
      readVersion(info.query);
      return send(exchange, existing(exchange));
    case "list":
      return list(exchange);
    case "watch":
      return watch(exchange);
    case "create":
      return createAny(exchange);
    case "update":
      return send(exchange, await updateObject(exchange));
    case "patch": {
      const { stored, isNew } = await patchObject(exchange);
      return send(exchange, stored, isNew ? 201 : 200);
    }
    case "delete":
      return sendDeletion(exchange, await deleteObject(exchange));
    case "deletecollection":
      return sendDeleted(exchange, await deleteCollection(exchange));
    default:
      throw methodNotAllowed();
  }
}

function refuseUnserved({ resource, target, info }: Exchange): void {
  const { subresource, namespace, name } = target;
  if (subresource !== "" && !resource.subresources.includes(subresource)) throw noSuchPath();
  // A namespaced object can't be reached without its namespace, nor anything else inside of one.
  const isInside = namespace !== "" && resource.plural !== "namespaces";
  if (resource.isNamespaced ? name !== "" && !isInside : isInside) throw noSuchPath();
  // Each path has its own methods: a collection takes no PUT or PATCH, and a POST goes to collections and subresources.
  if (name === "" ? info.verb === "update" || info.verb === "patch" : info.verb === "create" && subresource === "")
    throw methodNotAllowed();
  if (subresource === "token" ? info.verb !== "create" : !resource.verbs.includes(info.verb)) throw methodNotAllowed();
  if (resource.isNamespaced && info.verb === "create" && !isInside) throw methodNotAllowed();
}

async function createAny(exchange: Exchange): Promise<void> {
  const { resource, target, answer } = exchange;
  if (target.subresource === "token") return sendJson(answer, await requestToken(exchange), 201);
  if (target.subresource !== "") throw methodNotAllowed();
  if (!resource.verbs.includes("get")) return sendJson(answer, await review(exchange), 201);
  return send(exchange, await createObject(exchange), 201);
}

function shapeOptions({ resource, representation, info, context }: Exchange): ShapeOptions {
  const include = (info.query.get("includeObject") ?? "Metadata") as TableOptions["include"];
  return { resource, representation, table: { include, nowMs: context.settings.now() } };
}

function send(exchange: Exchange, stored: StoredObject, code = 200): Promise<void> {
  const { answer, representation } = exchange;
  return sendObject(answer, shapeObject(stored, shapeOptions(exchange)), representation.encoding, code);
}

function list(exchange: Exchange): Promise<void> {
  const { context, resource, info, target, namespace } = exchange;
  const options = readListOptions(info.query);
  const selection = selectionOf(info, target, resource);
  const state = listState(context.store, context.store.collection(resource), options, namespace);
  const { metadata, objects } = listPage(state, selection);
  return sendList(exchange, objects, metadata);
}

function sendList(exchange: Exchange, objects: readonly StoredObject[], metadata: JsonObject): Promise<void> {
  const { answer, representation } = exchange;
  const pieces = shapeList(objects, metadata, shapeOptions(exchange));
  if (representation.encoding === "yaml") {
    const whole = Buffer.concat([...pieces].map((piece) => Buffer.from(piece)));
    return sendObject(answer, whole, "yaml");
  }
  const size = objects.reduce((sum, { json }) => sum + json.length, 0);
  answer.response.setHeader("content-type", "application/json");
  return sendPieces(answer, pieces, size);
}

function sendDeleted(exchange: Exchange, objects: readonly StoredObject[]): Promise<void> {
  return sendList(exchange, objects, { resourceVersion: String(exchange.context.store.version) });
}

function watch(exchange: Exchange): Promise<void> {
  const { context, resource, info, target, answer } = exchange;
  const options = readWatchOptions(info.query);
  const selection = selectionOf(info, target, resource);
  const collection = context.store.collection(resource);
  const source = { store: context.store, collection, selection, options, shape: shapeOptions(exchange) };
  return context.watches.run(source, answer);
}

/** What is gone at once is told by a Status; what is only going, by the object. */
function sendDeletion(exchange: Exchange, { object, isGone }: Deletion): Promise<void> {
  const { resource, answer } = exchange;
  if (!isGone || resource.id === "pods") return send(exchange, object);
  const { name, group, plural: kind } = { ...resource, name: object.name };
  const { uid } = parseStored(object).metadata;
  const details = { name, ...(group !== "" && { group }), kind, ...(uid !== undefined && { uid }) };
  return sendJson(answer, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details });
}
