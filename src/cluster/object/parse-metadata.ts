import { at, elements, flag, requiredText, text, textMap, time, type Field } from "./field.ts";
import type { Metadata, OwnerReference } from "../objects.ts";

/** Reads `metadata` of a namespaced object; without a namespace it is in `default`, as kubectl would put it. */
export function parseNamespacedMetadata(object: Field): Metadata {
  const metadata = parseMetadata(object);
  return metadata.namespace === "" ? { ...metadata, namespace: "default" } : metadata;
}

/** Reads `metadata`; the namespace is empty where none is told. */
export function parseMetadata(object: Field): Metadata {
  const metadata = at(object, "metadata");
  return {
    name: requiredText(at(metadata, "name")),
    namespace: text(at(metadata, "namespace")) ?? "",
    uid: text(at(metadata, "uid")),
    labels: textMap(at(metadata, "labels")),
    owner: parseOwner(at(metadata, "ownerReferences")),
    creationUs: time(at(metadata, "creationTimestamp")),
    deletionUs: time(at(metadata, "deletionTimestamp")),
  };
}

/** At most one owner is the controller; the others merely keep the object alive. */
function parseOwner(references: Field): OwnerReference | undefined {
  const reference = elements(references).find((candidate) => flag(at(candidate, "controller")));
  if (reference === undefined) return undefined;
  return {
    apiVersion: text(at(reference, "apiVersion")) ?? "",
    kind: requiredText(at(reference, "kind")),
    name: requiredText(at(reference, "name")),
    uid: text(at(reference, "uid")),
  };
}
