import { stringify } from "yaml";
import { controllers, controllerOf } from "./kubernetes-controllers.ts";
import { head, timestamp } from "./kubernetes-metadata.ts";
import { endpointSlices, serviceObject } from "./kubernetes-services.ts";
import type { LabPod, Layout, NodePlan, WorkloadPlan } from "./plan.ts";

/**
 * What `kubectl get namespaces,nodes,pods,services,endpointslices,deployments,replicasets,statefulsets -A -o yaml`
 * would print of this lab, less the fields that say nothing here.
 */
export function kubernetesList(layout: Layout, startedAt: Date): string {
  const { node, workloads, services } = layout.plan;
  const items = [
    ...namespacesOf(workloads).map((name) => namespaceObject(name, startedAt)),
    nodeObject(node, startedAt),
    ...layout.pods.map((pod) => podObject(pod, node, startedAt)),
    ...services.map((service) => serviceObject(service, startedAt)),
    ...services.flatMap((service) => endpointSlices(service, layout, startedAt)),
    ...controllers(workloads, startedAt),
  ];
  const list = { apiVersion: "v1", items, kind: "List", metadata: { resourceVersion: "" } };
  // kubectl writes YAML 1.1, in which a bare timestamp is no string.
  return stringify(list, { version: "1.1", sortMapEntries: true, aliasDuplicateObjects: false, lineWidth: 0 });
}

function namespacesOf(workloads: readonly WorkloadPlan[]): readonly string[] {
  return [...new Set(workloads.map(({ namespace }) => namespace))].toSorted();
}

function namespaceObject(name: string, createdAt: Date): object {
  return {
    ...head({ apiVersion: "v1", kind: "Namespace", name, labels: { "kubernetes.io/metadata.name": name } }, createdAt),
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  };
}

function nodeObject({ name, addresses, podCidrs }: NodePlan, createdAt: Date): object {
  return {
    ...head({ apiVersion: "v1", kind: "Node", name, labels: { "kubernetes.io/hostname": name } }, createdAt),
    spec: { podCIDR: podCidrs[0], podCIDRs: podCidrs },
    status: {
      addresses: [
        ...addresses.map((address) => ({ type: "InternalIP", address: bare(address) })),
        { type: "Hostname", address: name },
      ],
      conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", lastTransitionTime: timestamp(createdAt) }],
    },
  };
}

function podObject(pod: LabPod, node: NodePlan, startedAt: Date): object {
  const { name, namespace, labels, workload } = pod;
  const owner = controllerOf(workload);
  return {
    ...head({ apiVersion: "v1", kind: "Pod", name, namespace, labels, owner }, startedAt),
    spec: { nodeName: node.name, containers: [container(workload)], restartPolicy: "Always" },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: timestamp(startedAt) }],
      hostIP: bare(node.addresses[0] ?? ""),
      hostIPs: node.addresses.map((address) => ({ ip: bare(address) })),
      podIP: pod.addresses[0],
      podIPs: pod.addresses.map((ip) => ({ ip })),
      startTime: timestamp(startedAt),
    },
  };
}

function container({ name, image, ports, probePath }: WorkloadPlan): object {
  const port = ports[0]?.port;
  return {
    name,
    image,
    ports: ports.map((each) => ({ name: each.name, containerPort: each.port, protocol: each.protocol })),
    ...(probePath === undefined ? {} : { readinessProbe: { httpGet: { path: probePath, port, scheme: "HTTP" } } }),
  };
}

function bare(address: string): string {
  return address.slice(0, address.indexOf("/"));
}
