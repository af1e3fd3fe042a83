import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import type { LabPlan, LabPod, Layout, ServicePlan, WorkloadPlan } from "./plan.ts";

export function layOut(plan: LabPlan): Layout {
  const pods: LabPod[] = [];
  for (const workload of plan.workloads) {
    for (let ordinal = 0; ordinal < workload.replicas; ordinal += 1) {
      const addresses = plan.node.podCidrs.map((cidr) => nthAddress(cidr, pods.length + 2));
      pods.push(placePod(workload, ordinal, addresses));
    }
  }
  return { plan, pods };
}

/** The pods that a Service leads to. */
export function podsBehind(service: ServicePlan, { pods }: Layout): readonly LabPod[] {
  const wanted = Object.entries(service.selector);
  return pods.filter(
    ({ namespace, labels }) => namespace === service.namespace && wanted.every(([key, value]) => labels[key] === value),
  );
}

export function ofFamily(family: 4 | 6, addresses: readonly string[]): string | undefined {
  return addresses.find((address) => (family === 6) === address.includes(":"));
}

/**
 * The workload's one revision, `javaapp-xm9pxddb27`: the name of a Deployment's ReplicaSet, a label's value in a
 * StatefulSet. The hash is of the name, so that every run has the same.
 */
export function revisionName(workload: WorkloadPlan): string {
  return `${workload.name}-${templateHash(workload)}`;
}

export function templateHash({ namespace, name }: WorkloadPlan): string {
  return shortHash(`${namespace}/${name}`, 10);
}

function placePod(workload: WorkloadPlan, ordinal: number, addresses: readonly string[]): LabPod {
  const { name, namespace, labels } = workload;
  return {
    name: podName(workload, ordinal),
    namespace,
    workload,
    ordinal,
    labels: { ...labels, ...labelsFromController(workload, ordinal) },
    addresses,
    interface: `${name.slice(0, 12)}-${ordinal}`,
  };
}

function podName(workload: WorkloadPlan, ordinal: number): string {
  if (workload.kind === "StatefulSet") return `${workload.name}-${ordinal}`;
  return `${revisionName(workload)}-${shortHash(`${workload.namespace}/${workload.name}/${ordinal}`, 5)}`;
}

function labelsFromController(workload: WorkloadPlan, ordinal: number): Record<string, string> {
  if (workload.kind === "Deployment") return { "pod-template-hash": templateHash(workload) };
  return {
    "controller-revision-hash": revisionName(workload),
    "statefulset.kubernetes.io/pod-name": podName(workload, ordinal),
    "apps.kubernetes.io/pod-index": String(ordinal),
  };
}

/** In the alphabet of generated Kubernetes names, which has no vowels lest it spell a word. */
function shortHash(text: string, length: number): string {
  const alphabet = "bcdfghjklmnpqrstvwxz2456789";
  const digest = createHash("sha256").update(text).digest().subarray(0, length);
  return Array.from(digest, (byte) => alphabet[byte % alphabet.length]).join("");
}

function nthAddress(cidr: string, n: number): string {
  const base = cidr.slice(0, cidr.indexOf("/"));
  return isIPv6(base) ? `${base}${n.toString(16)}` : base.replace(/\d+$/, String(n));
}
