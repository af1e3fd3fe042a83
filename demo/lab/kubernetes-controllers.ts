import { type ObjectHead, head } from "./kubernetes-metadata.ts";
import { revisionName, templateHash } from "./layout.ts";
import type { WorkloadPlan } from "./plan.ts";

/** The objects that own pods: a Deployment with its ReplicaSet, or a StatefulSet. */
export function controllers(workloads: readonly WorkloadPlan[], createdAt: Date): readonly object[] {
  const deployments = workloads.filter(({ kind }) => kind === "Deployment");
  const statefulSets = workloads.filter(({ kind }) => kind === "StatefulSet");
  return [
    ...deployments.map((workload) => controllerObject(workload, topController(workload), createdAt)),
    ...deployments.map((workload) => controllerObject(workload, controllerOf(workload), createdAt)),
    ...statefulSets.map((workload) => controllerObject(workload, topController(workload), createdAt)),
  ];
}

/** The direct owner of a workload's pods. */
export function controllerOf(workload: WorkloadPlan): ObjectHead {
  if (workload.kind === "StatefulSet") return topController(workload);
  const { namespace } = workload;
  const labels = { ...workload.labels, "pod-template-hash": templateHash(workload) };
  const name = revisionName(workload);
  return { apiVersion: "apps/v1", kind: "ReplicaSet", name, namespace, labels, owner: topController(workload) };
}

function topController({ kind, name, namespace, labels }: WorkloadPlan): ObjectHead {
  return { apiVersion: "apps/v1", kind, name, namespace, labels };
}

function controllerObject(workload: WorkloadPlan, object: ObjectHead, createdAt: Date): object {
  const { name, image, replicas } = workload;
  const labels = object.labels ?? {};
  return {
    ...head(object, createdAt),
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image }] } },
      ...(object.kind === "StatefulSet" ? { serviceName: name } : {}),
    },
    status: { replicas, readyReplicas: replicas, availableReplicas: replicas },
  };
}
