import { readDocuments } from "../cluster/file/cluster-documents.ts";
import { clusterFileNames, readClusterText } from "../cluster/file/cluster-files.ts";
import { toApiObject } from "../cluster/object/write-object.ts";
import type { NetworkPolicyObject } from "../cluster/objects.ts";
import { readPolicy } from "../policy/check/read-policy.ts";
import { UsageError } from "./usage-error.ts";

interface Manifest {
  /** File and document, for messages. */
  readonly place: string;
  readonly value: unknown;
}

/**
 * The NetworkPolicies of files and folders; one that is told twice counts as told last, as kubectl would have it.
 * What is none is left out and said. Throws UsageError with a line for each fault, ClusterFileError where a file can't be read.
 */
export function readPolicyFiles(paths: readonly string[]): readonly NetworkPolicyObject[] {
  return readAll(clusterFileNames(paths).flatMap((name) => manifestsIn(name)));
}

/** Policies that came with the cluster's state, held to the same rules. */
export function recheckPolicies(policies: readonly NetworkPolicyObject[]): readonly NetworkPolicyObject[] {
  return readAll(policies.map((policy) => ({ place: "cluster files", value: withoutUndefined(toApiObject(policy)) })));
}

/** As it would stand in a file: what is undefined is not there. */
function withoutUndefined(object: object): unknown {
  return JSON.parse(JSON.stringify(object)) as unknown;
}

function manifestsIn(name: string): readonly Manifest[] {
  const text = readClusterText(name).replace(/^\uFEFF/u, "");
  return readDocuments(text, name).flatMap(({ number, value }) => {
    const { kind, items } = value as { readonly kind?: unknown; readonly items?: unknown };
    const isList = typeof kind === "string" && kind.endsWith("List") && Array.isArray(items);
    if (!isList) return [{ place: `${name}: document ${number}`, value }];
    return (items as unknown[]).map((item, index) => ({
      place: `${name}: document ${number}: items[${index}]`,
      value: item,
    }));
  });
}

function readAll(manifests: readonly Manifest[]): readonly NetworkPolicyObject[] {
  const policies = new Map<string, NetworkPolicyObject>();
  const faults: string[] = [];
  for (const { place, value } of manifests) {
    if (!isNetworkPolicy(value)) {
      console.error(`weir: ${place}: left out, for it is no networking.k8s.io/v1 NetworkPolicy: ${kindText(value)}`);
      continue;
    }
    const read = readPolicy(value);
    if (read.kind === "faulty")
      faults.push(...read.faults.map(({ path, message }) => `${place}: ${nameText(value)}: ${path}: ${message}`));
    else policies.set(`${read.policy.metadata.namespace}/${read.policy.metadata.name}`, read.policy);
  }
  if (faults.length > 0) throw new UsageError(faults.join("\n"));
  return [...policies.values()];
}

interface Named {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: { readonly namespace?: unknown; readonly name?: unknown };
}

/** By kind alone: one of a wrong apiVersion is a fault and not something else. */
function isNetworkPolicy(value: unknown): value is Named {
  const { kind, apiVersion } = (value ?? {}) as Named;
  // Calico has a kind of the same name in a group of its own.
  return kind === "NetworkPolicy" && !/calico/u.test(String(apiVersion));
}

function kindText(value: unknown): string {
  const { apiVersion, kind } = (value ?? {}) as Named;
  return kind === undefined ? "it has no kind" : `${JSON.stringify(apiVersion ?? null)} ${JSON.stringify(kind)}`;
}

function nameText({ metadata }: Named): string {
  const { namespace, name } = metadata ?? {};
  const isNamed = typeof name === "string";
  return `${typeof namespace === "string" ? namespace : "default"}/${isNamed ? name : "(no name)"}`;
}
