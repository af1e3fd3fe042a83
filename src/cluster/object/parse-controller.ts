import { isCustomGroup, apiGroup } from "../workload/api-group.ts";
import { FieldFault, at, isAbsent, textMap, type Field } from "./field.ts";
import type { Controller, Metadata } from "../objects.ts";
import { parseLabelSelector } from "./parse-label-selector.ts";
import { parseMetadata, parseNamespacedMetadata } from "./parse-metadata.ts";

/** The kinds of Kubernetes itself that own pods, directly or through another. */
const BUILT_IN: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["", new Set(["ReplicationController"])],
  ["apps", new Set(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"])],
  ["batch", new Set(["Job", "CronJob"])],
]);

/** Any custom kind may own pods: which ones do is known only from the owner references. */
export function ownsPods(apiVersion: string, kind: string): boolean {
  const group = apiGroup(apiVersion);
  return BUILT_IN.get(group)?.has(kind) ?? isCustomGroup(group);
}

export function parseController(object: Field, apiVersion: string, kind: string): Controller {
  const isCustom = isCustomGroup(apiGroup(apiVersion));
  return {
    type: "Controller",
    apiVersion,
    kind,
    metadata: parseOwnMetadata(object, isCustom),
    ...(isCustom ? parseCustomSpec(at(object, "spec")) : parseSpec(at(object, "spec"), kind)),
  };
}

/** A custom kind may be cluster-scoped, so it stays without a namespace where it has none. */
function parseOwnMetadata(object: Field, isCustom: boolean): Metadata {
  return isCustom ? parseMetadata(object) : parseNamespacedMetadata(object);
}

type Spec = Pick<Controller, "selector" | "templateLabels">;

function parseSpec(spec: Field, kind: string): Spec {
  const owner = kind === "CronJob" ? at(spec, "jobTemplate", "spec") : spec;
  const templateLabels = textMap(at(owner, "template", "metadata", "labels"));
  // ReplicationController is older than LabelSelector: its selector is a plain map.
  if (kind !== "ReplicationController") return { selector: parseLabelSelector(at(owner, "selector")), templateLabels };
  const matchLabels = textMap(at(spec, "selector"));
  return { selector: Object.keys(matchLabels).length > 0 ? { matchLabels } : undefined, templateLabels };
}

const NOTHING: Spec = { selector: undefined, templateLabels: {} };

/**
 * A custom kind's `selector` selects its own pods where a pod template stands beside it (Rollout,
 * CloneSet); elsewhere the word means whatever the kind wants it to. So does the shape, and a shape of
 * another kind's choosing is no fault of the file.
 */
function parseCustomSpec(spec: Field): Spec {
  try {
    const template = at(spec, "template");
    if (isAbsent(template)) return NOTHING;
    return {
      selector: parseLabelSelector(at(spec, "selector")),
      templateLabels: textMap(at(template, "metadata", "labels")),
    };
  } catch (error) {
    if (error instanceof FieldFault) return NOTHING;
    throw error;
  }
}
