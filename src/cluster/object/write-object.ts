import { isIpv6 } from "../address/address.ts";
import { addressesIn } from "../address/address-list.ts";
import type {
  AddressSource,
  Controller,
  EndpointSlice,
  KubernetesObject,
  Metadata,
  Node,
  OwnerReference,
  Pod,
  Service,
} from "../objects.ts";

/** An object in the API's own shape. What is undefined in it is left out by JSON and YAML writers alike. */
export type ApiObject = Readonly<Record<string, unknown>>;

/**
 * The way back of parseObjects: only what that reads is in it, so that no annotation, environment variable or
 * command gets into a file that people send around, and reading it again gives the same object.
 */
export function toApiObject(object: KubernetesObject): ApiObject {
  const metadata = toApiMetadata(object.metadata);
  switch (object.type) {
    case "Pod":
      return { apiVersion: "v1", kind: "Pod", metadata, ...podBody(object) };
    case "Service":
      return { apiVersion: "v1", kind: "Service", metadata, ...serviceBody(object) };
    case "EndpointSlice":
      return { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", metadata, ...sliceBody(object) };
    case "Namespace":
      return { apiVersion: "v1", kind: "Namespace", metadata };
    case "Node":
      return { apiVersion: "v1", kind: "Node", metadata, ...nodeBody(object) };
    case "Controller":
      return { apiVersion: object.apiVersion, kind: object.kind, metadata, spec: controllerSpec(object) };
    case "NetworkPolicy":
      return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec: object.spec };
    case "AddressSource":
      return { apiVersion: object.apiVersion, kind: object.kind, metadata, ...addressSourceBody(object) };
    case "ServiceCIDR":
      return { apiVersion: "networking.k8s.io/v1", kind: "ServiceCIDR", metadata, spec: { cidrs: object.cidrs } };
  }
}

function toApiMetadata({ name, namespace, uid, labels, owner, creationUs, deletionUs }: Metadata): ApiObject {
  return {
    name,
    namespace: namespace === "" ? undefined : namespace,
    uid,
    labels: Object.keys(labels).length > 0 ? labels : undefined,
    ownerReferences: owner === undefined ? undefined : [toApiOwner(owner)],
    creationTimestamp: toTime(creationUs),
    deletionTimestamp: toTime(deletionUs),
  };
}

function toApiOwner({ apiVersion, kind, name, uid }: OwnerReference): ApiObject {
  return { apiVersion, kind, name, uid, controller: true };
}

function podBody({ nodeName, hostNetwork, phase, ips, hostIps, startUs, ports, ...pod }: Pod): ApiObject {
  const containers = ports.length > 0 ? [{ name: "ports", ports }] : [];
  return {
    spec: { nodeName, hostNetwork: hostNetwork || undefined, containers },
    status: {
      phase,
      podIP: ips[0],
      podIPs: filled(ips.map((ip) => ({ ip }))),
      hostIP: hostIps[0],
      hostIPs: filled(hostIps.map((ip) => ({ ip }))),
      startTime: toTime(startUs),
      containerStatuses: filled(
        containerStates(pod).map((state) => ({
          name: "ports",
          state,
          restartCount: pod.isFirstRun === true ? 0 : undefined,
        })),
      ),
    },
  };
}

/** One container stands for all of them: the first that started and the last that ended. */
function containerStates({ runningUs, endUs }: Pick<Pod, "runningUs" | "endUs">): readonly ApiObject[] {
  const startedAt = toTime(runningUs);
  if (endUs !== undefined) return [{ terminated: { startedAt, finishedAt: toTime(endUs) } }];
  return startedAt === undefined ? [] : [{ running: { startedAt } }];
}

function serviceBody({ serviceType, selector, clusterIps, externalIps, loadBalancerIps, ports }: Service): ApiObject {
  const ingress = filled(loadBalancerIps.map((ip) => ({ ip })));
  return {
    spec: {
      type: serviceType,
      selector: Object.keys(selector).length > 0 ? selector : undefined,
      clusterIP: clusterIps[0] ?? (serviceType === "ExternalName" ? undefined : "None"),
      clusterIPs: filled(clusterIps),
      externalIPs: filled(externalIps),
      ports,
    },
    status: ingress === undefined ? undefined : { loadBalancer: { ingress } },
  };
}

/** Of what an endpoint refers to only that it is a pod is known. */
function sliceBody({ ports, podAddresses, otherAddresses }: EndpointSlice): ApiObject {
  const ofPods = addressesIn(podAddresses).map((ip) => ({ addresses: [ip], targetRef: { kind: "Pod" } }));
  return { ports, endpoints: [...ofPods, ...addressesIn(otherAddresses).map((ip) => ({ addresses: [ip] }))] };
}

function nodeBody({ addresses, podCidrs }: Node): ApiObject {
  return {
    spec: { podCIDR: podCidrs[0], podCIDRs: filled(podCidrs) },
    status: { addresses: addresses.map((address) => ({ type: "InternalIP", address })) },
  };
}

/** The ranges where they came from; of an IPPool there is one. */
function addressSourceBody({ kind, metadata, podCidrs, serviceCidrs, deviceIps }: AddressSource): ApiObject {
  if (kind === "IPPool") return { spec: { cidr: podCidrs[0] } };
  if (kind === "CiliumNode") {
    const addresses = filled(deviceIps.map((ip) => ({ type: "CiliumInternalIP", ip })));
    return { spec: { ipam: { podCIDRs: filled(podCidrs) }, addresses } };
  }
  if (metadata.name === "cilium-config") {
    const [v4, v6] = [false, true].map((isV6) => podCidrs.filter((cidr) => isIpv6(cidr) === isV6).join(" "));
    return { data: { ipam: "cluster-pool", "cluster-pool-ipv4-cidr": v4, "cluster-pool-ipv6-cidr": v6 } };
  }
  // YAML takes JSON as it is.
  const networking = { podSubnet: podCidrs.join(","), serviceSubnet: serviceCidrs.join(",") };
  return { data: { ClusterConfiguration: JSON.stringify({ networking }) } };
}

function controllerSpec({ kind, selector, templateLabels }: Controller): ApiObject {
  const template = { metadata: { labels: templateLabels } };
  if (kind === "CronJob") return { jobTemplate: { spec: { selector, template } } };
  return { selector: kind === "ReplicationController" ? selector?.matchLabels : selector, template };
}

function filled<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** RFC 3339; the API's own times have whole seconds. */
function toTime(timeUs: number | undefined): string | undefined {
  return timeUs === undefined ? undefined : new Date(timeUs / 1000).toISOString().replace(".000Z", "Z");
}
