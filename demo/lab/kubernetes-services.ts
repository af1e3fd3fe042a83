import { head } from "./kubernetes-metadata.ts";
import { ofFamily, podsBehind } from "./layout.ts";
import type { LabPod, Layout, ServicePlan, ServicePortPlan } from "./plan.ts";

export function serviceObject(service: ServicePlan, createdAt: Date): object {
  const { name, namespace, selector, clusterIps, ports } = service;
  const isNodePort = ports.some(({ nodePort }) => nodePort !== undefined);
  return {
    ...head({ apiVersion: "v1", kind: "Service", name, namespace }, createdAt),
    spec: {
      type: isNodePort ? "NodePort" : "ClusterIP",
      clusterIP: clusterIps[0],
      clusterIPs: clusterIps,
      ipFamilies: clusterIps.map((address) => (address.includes(":") ? "IPv6" : "IPv4")),
      ipFamilyPolicy: clusterIps.length > 1 ? "PreferDualStack" : "SingleStack",
      internalTrafficPolicy: "Cluster",
      ...(isNodePort ? { externalTrafficPolicy: "Cluster" } : {}),
      sessionAffinity: "None",
      selector,
      ports: ports.map((each) => ({ ...each })),
    },
    status: { loadBalancer: {} },
  };
}

/** One for each address family, as the endpoint slice controller makes them. */
export function endpointSlices(service: ServicePlan, layout: Layout, createdAt: Date): readonly object[] {
  const pods = podsBehind(service, layout);
  return service.clusterIps.map((clusterIp) => {
    const family = clusterIp.includes(":") ? 6 : 4;
    return {
      ...head(sliceHead(service, family), createdAt),
      addressType: `IPv${family}`,
      endpoints: pods.map((pod) => endpoint(pod, family, layout.plan.node.name)),
      ports: service.ports.map(slicePort),
    };
  });
}

function sliceHead({ name, namespace }: ServicePlan, family: 4 | 6): Parameters<typeof head>[0] {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    name: `${name}-ipv${family}`,
    namespace,
    labels: {
      "kubernetes.io/service-name": name,
      "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    },
    owner: { apiVersion: "v1", kind: "Service", name, namespace },
  };
}

function endpoint(pod: LabPod, family: 4 | 6, nodeName: string): object {
  const { name, namespace } = pod;
  return {
    addresses: [ofFamily(family, pod.addresses)],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName,
    targetRef: { kind: "Pod", name, namespace },
  };
}

function slicePort({ name, protocol, targetPort }: ServicePortPlan): object {
  return { name, protocol, port: targetPort };
}
