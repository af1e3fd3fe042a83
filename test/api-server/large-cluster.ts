import {
  nodeAddress,
  nodeName,
  podAddress,
  podName,
  podObject,
  PODS_PER_WORKLOAD,
  podSpec,
  podUid,
  SHOPS,
  workloadName,
} from "./large-pod.ts";

export interface ClusterSize {
  readonly nodes: number;
  readonly pods: number;
  readonly services: number;
}

/**
 * As many objects as a large cluster has, each as large as the real ones are: some 4 KB of JSON for a pod. Made one
 * by one, so that only the store holds them.
 */
export function* largeCluster({ nodes, pods, services }: ClusterSize): Generator<object> {
  const workloads = Math.ceil(pods / PODS_PER_WORKLOAD);
  for (let shop = 0; shop < Math.min(SHOPS, workloads); shop += 1) yield namespace(`shop-${shop}`);
  for (let node = 0; node < nodes; node += 1) yield nodeObject(node);
  for (let workload = 0; workload < workloads; workload += 1) yield* workloadObjects(workload);
  for (let pod = 0; pod < pods; pod += 1) yield podObject(pod, Math.max(1, nodes));
  for (let service = 0; service < services; service += 1) yield* serviceObjects(service, pods);
}

function namespace(name: string): object {
  const labels = { "kubernetes.io/metadata.name": name };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels }, spec: {}, status: { phase: "Active" } };
}

function nodeObject(place: number): object {
  const name = nodeName(place);
  const podCIDR = `10.${64 + (place >> 8)}.${place & 255}.0/24`;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      uid: `node-uid-${place}`,
      labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" },
    },
    spec: { podCIDR, podCIDRs: [podCIDR] },
    status: {
      addresses: [
        { type: "InternalIP", address: nodeAddress(place) },
        { type: "Hostname", address: name },
      ],
      conditions: [
        { type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" },
      ],
    },
  };
}

function* workloadObjects(workload: number): Generator<object> {
  const { namespace: ns, name, hash } = workloadName(workload);
  const labels = { app: name, "app.kubernetes.io/part-of": "shop" };
  const withHash = { ...labels, "pod-template-hash": hash };
  const metadata = { namespace: ns, labels, creationTimestamp: "2026-01-01T00:00:00Z" };
  yield {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...metadata, name, uid: `uid-${name}` },
    spec: workloadSpec(labels),
  };
  const owner = { apiVersion: "apps/v1", kind: "Deployment", name, uid: `uid-${name}`, controller: true };
  const ownerReferences = [{ ...owner, blockOwnerDeletion: true }];
  const own = { ...metadata, name: `${name}-${hash}`, uid: `uid-${name}-${hash}`, labels: withHash, ownerReferences };
  yield { apiVersion: "apps/v1", kind: "ReplicaSet", metadata: own, spec: workloadSpec(withHash) };
}

function workloadSpec(labels: object): object {
  const template = { metadata: { labels }, spec: podSpec("") };
  return { replicas: PODS_PER_WORKLOAD, selector: { matchLabels: labels }, template };
}

/** A Service, and the EndpointSlice with the pods of one workload. */
function* serviceObjects(place: number, pods: number): Generator<object> {
  const workload = place % Math.max(1, Math.ceil(pods / PODS_PER_WORKLOAD));
  const { namespace: ns, name } = workloadName(workload);
  const own = `${name}-${place}`;
  const clusterIP = `10.${96 + (place >> 16)}.${(place >> 8) & 255}.${place & 255}`;
  yield {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: own, namespace: ns, uid: `service-uid-${place}`, labels: { app: name } },
    spec: {
      type: "ClusterIP",
      clusterIP,
      clusterIPs: [clusterIP],
      selector: { app: name },
      sessionAffinity: "None",
      ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: "http" }],
    },
    status: { loadBalancer: {} },
  };
  const first = workload * PODS_PER_WORKLOAD;
  const count = Math.min(PODS_PER_WORKLOAD, Math.max(0, pods - first));
  yield {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${own}-abcde`, namespace: ns, labels: { "kubernetes.io/service-name": own } },
    addressType: "IPv4",
    ports: [{ name: "http", protocol: "TCP", port: 8080 }],
    endpoints: Array.from({ length: count }, (_, each) => ({
      addresses: [podAddress(first + each)],
      targetRef: { kind: "Pod", namespace: ns, name: podName(first + each), uid: podUid(first + each) },
      conditions: { ready: true, serving: true, terminating: false },
    })),
  };
}
