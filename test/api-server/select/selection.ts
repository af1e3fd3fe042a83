import type { RequestInfo, Target } from "../http/request-info.ts";
import type { ApiResource } from "../resource/api-resource.ts";
import type { StoredObject } from "../store/stored-object.ts";
import { type FieldSelector, matchesFields, parseFieldSelector } from "./field-selector.ts";
import { type LabelSelector, matchesLabels, parseLabelSelector } from "./label-selector.ts";

/** Which objects of a resource a list, a watch or a deletion is about. */
export interface Selection {
  /** Empty for all. */
  readonly namespace: string;
  readonly labels: LabelSelector;
  readonly fields: FieldSelector;
}

export function selectionOf({ query }: RequestInfo, target: Target, resource: ApiResource): Selection {
  const fields = parseFieldSelector(query.get("fieldSelector") ?? "", resource);
  const byName = target.name === "" ? [] : [{ path: "metadata.name", value: target.name, isEqual: true }];
  return {
    namespace: resource.isNamespaced ? target.namespace : "",
    labels: parseLabelSelector(query.get("labelSelector") ?? ""),
    fields: [...fields, ...byName],
  };
}

export function isSelected({ namespace, labels, fields }: Selection, object: StoredObject): boolean {
  if (namespace !== "" && object.namespace !== namespace) return false;
  return matchesLabels(labels, object.labels) && matchesFields(fields, object.fields);
}

/** Whether every object of the namespace is meant. */
export function isWhole({ labels, fields }: Selection): boolean {
  return labels.length === 0 && fields.length === 0;
}
