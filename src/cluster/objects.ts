import type { AddressList } from "./address/address-list.ts";
import type { LabelSelector } from "./workload.ts";

/**
 * Kubernetes objects cut down to the fields that weir uses, whatever they came from. Field names are the
 * API's own; absent lists and maps are empty, so that readers need no `?.`.
 */
export type KubernetesObject =
  Pod | Service | EndpointSlice | Namespace | Node | Controller | NetworkPolicyObject | ServiceCidr | AddressSource;

export interface Metadata {
  readonly name: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly uid: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** The owner with `controller: true`, if any. */
  readonly owner: OwnerReference | undefined;
  readonly creationUs: number | undefined;
  readonly deletionUs: number | undefined;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string | undefined;
}

export interface Pod {
  readonly type: "Pod";
  readonly metadata: Metadata;
  readonly nodeName: string | undefined;
  readonly hostNetwork: boolean;
  readonly phase: string | undefined;
  /** status.podIPs, canonical text; status.podIP where the former is absent. */
  readonly ips: readonly string[];
  readonly hostIps: readonly string[];
  /** status.startTime: the kubelet took the pod on; its address came a little later. In whole seconds, cut. */
  readonly startUs: number | undefined;
  /** When the first of its present containers started: from then on it surely had its address. In whole seconds, cut. */
  readonly runningUs?: number | undefined;
  /** None of its containers was ever started again: before `runningUs` the pod sent and took nothing. */
  readonly isFirstRun?: boolean;
  /** When the last container of a pod that is over ended, if that is told. In whole seconds, cut. */
  readonly endUs: number | undefined;
  readonly ports: readonly ContainerPort[];
}

export interface ContainerPort {
  readonly name: string | undefined;
  readonly containerPort: number;
  readonly protocol: string;
}

export interface Service {
  readonly type: "Service";
  readonly metadata: Metadata;
  readonly serviceType: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly clusterIps: readonly string[];
  readonly externalIps: readonly string[];
  readonly loadBalancerIps: readonly string[];
  /** Whom the load balancer lets in; everybody where empty. */
  readonly loadBalancerSourceRanges: readonly string[];
  readonly ports: readonly ServicePort[];
}

export interface ServicePort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly targetPort: number | string | undefined;
  readonly nodePort: number | undefined;
}

export interface EndpointSlice {
  readonly type: "EndpointSlice";
  readonly metadata: Metadata;
  /** From the label kubernetes.io/service-name. */
  readonly serviceName: string | undefined;
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly port: number | undefined }[];
  /** Addresses of which the slice says that they are pods', and those of whatever else. */
  readonly podAddresses: AddressList;
  readonly otherAddresses: AddressList;
}

export interface Namespace {
  readonly type: "Namespace";
  readonly metadata: Metadata;
}

export interface Node {
  readonly type: "Node";
  readonly metadata: Metadata;
  readonly addresses: readonly string[];
  readonly podCidrs: readonly string[];
}

/** Anything that owns pods, directly or not: Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob, a custom kind. */
export interface Controller {
  readonly type: "Controller";
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly selector: LabelSelector | undefined;
  readonly templateLabels: Readonly<Record<string, string>>;
}

export interface NetworkPolicyObject {
  readonly type: "NetworkPolicy";
  readonly metadata: Metadata;
  readonly spec: NetworkPolicySpec;
}

/** networking.k8s.io/v1 NetworkPolicySpec; absent and empty lists differ in meaning, so both are kept as they came. */
export interface NetworkPolicySpec {
  readonly podSelector: LabelSelector;
  readonly policyTypes?: readonly ("Ingress" | "Egress")[];
  readonly ingress?: readonly NetworkPolicyIngressRule[];
  readonly egress?: readonly NetworkPolicyEgressRule[];
}

export interface NetworkPolicyIngressRule {
  readonly from?: readonly NetworkPolicyPeer[];
  readonly ports?: readonly NetworkPolicyPort[];
}

export interface NetworkPolicyEgressRule {
  readonly to?: readonly NetworkPolicyPeer[];
  readonly ports?: readonly NetworkPolicyPort[];
}

export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface NetworkPolicyPort {
  readonly protocol?: "TCP" | "UDP" | "SCTP";
  readonly port?: number | string;
  readonly endPort?: number;
}

/** networking.k8s.io/v1 ServiceCIDR (KEP-1880). */
export interface ServiceCidr {
  readonly type: "ServiceCIDR";
  readonly metadata: Metadata;
  readonly cidrs: readonly string[];
}

/**
 * Where addresses come from, by whatever else tells it: the ConfigMaps kubeadm-config and cilium-config in kube-system,
 * Cilium's CiliumNode, Calico's IPPool.
 */
export interface AddressSource {
  readonly type: "AddressSource";
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly podCidrs: readonly string[];
  readonly serviceCidrs: readonly string[];
  /** Addresses of devices on the node that the object is named after. */
  readonly deviceIps: readonly string[];
}
