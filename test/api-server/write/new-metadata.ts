import { randomInt, randomUUID } from "node:crypto";
import { badRequest, invalid } from "../http/api-status.ts";
import type { ApiObject, ObjectMeta } from "../store/api-object.ts";
import type { Exchange } from "../api-context.ts";
import { required } from "../validate/causes.ts";

/** apimachinery's alphabet for generated names: no vowels, so that no words come of it. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX = 5;
const MOST_NAME = 63;

/** "Metadata" of the API conventions: what the system sets when an object comes to be. */
export function withNewMetadata({ resource, namespace, context }: Exchange, object: ApiObject): ApiObject {
  const { metadata } = object;
  checkNamespace(metadata, namespace);
  const { resourceVersion, deletionTimestamp: _, deletionGracePeriodSeconds: __, ...given } = metadata;
  if (resourceVersion !== undefined && resourceVersion !== "" && resourceVersion !== "0")
    throw badRequest("resourceVersion should not be set on objects to be created");
  const name = metadata.name === "" ? generatedName(metadata.generateName) : metadata.name;
  if (name === "") throw invalid(resource, "", [required("metadata.name", "name or generateName is required")]);
  return {
    ...object,
    metadata: {
      ...given,
      name,
      ...(resource.isNamespaced && { namespace }),
      uid: randomUUID(),
      creationTimestamp: timestampOf(context.settings.now()),
      ...(hasGeneration(object) && { generation: 1 }),
    },
  };
}

export function checkNamespace(metadata: ObjectMeta, namespace: string): void {
  if (metadata.namespace !== undefined && metadata.namespace !== "" && metadata.namespace !== namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

/** RFC 3339 in whole seconds, as meta/v1 Time. */
export function timestampOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/u, "Z");
}

/** Kinds that have a desired state count its changes. */
export function hasGeneration(object: ApiObject): boolean {
  return object["spec"] !== undefined;
}

function generatedName(base: string | undefined): string {
  if (base === undefined || base === "") return "";
  const suffix = Array.from({ length: SUFFIX }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return base.slice(0, MOST_NAME - SUFFIX) + suffix;
}
