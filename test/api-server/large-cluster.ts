export interface ClusterSize {
  readonly nodes: number;
  readonly pods: number;
  readonly services: number;
}

const PODS_PER_WORKLOAD = 20;
const SHOPS = 50;

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
        { type: "InternalIP", address: `172.${16 + (place >> 16)}.${(place >> 8) & 255}.${place & 255}` },
        { type: "Hostname", address: name },
      ],
      conditions: [
        { type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" },
      ],
    },
  };
}

function nodeName(place: number): string {
  return `node-${String(place).padStart(5, "0")}`;
}

function workloadName(workload: number): { readonly namespace: string; readonly name: string; readonly hash: string } {
  const hash = (0x1a2b3c + workload).toString(16);
  return { namespace: `shop-${workload % SHOPS}`, name: `web-${workload}`, hash };
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

/** The address of a pod, of which there may be sixteen million. */
export function podAddress(place: number): string {
  return `10.${(place >> 16) & 255}.${(place >> 8) & 255}.${place & 255}`;
}

function podObject(place: number, nodes: number): object {
  const { namespace: ns, name, hash } = workloadName(Math.floor(place / PODS_PER_WORKLOAD));
  const node = nodeName(place % nodes);
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: `${name}-${hash}`, uid: `uid-${name}-${hash}` };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${name}-${hash}-${place.toString(36).padStart(5, "0")}`,
      generateName: `${name}-${hash}-`,
      namespace: ns,
      uid: `5f0c1d2e-0000-4000-8000-${String(place).padStart(12, "0")}`,
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: { app: name, "app.kubernetes.io/part-of": "shop", "pod-template-hash": hash },
      annotations: { "kubernetes.io/config.seen": "2026-01-01T00:00:00.000000000Z", "prometheus.io/scrape": "true" },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
      managedFields: managedFields(),
    },
    spec: { ...podSpec(node), nodeName: node },
    status: podStatus(podAddress(place), place),
  };
}

function podSpec(node: string): object {
  const mounts = [
    { name: "kube-api-access-x", readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
  ];
  return {
    serviceAccountName: "default",
    restartPolicy: "Always",
    dnsPolicy: "ClusterFirst",
    schedulerName: "default-scheduler",
    terminationGracePeriodSeconds: 30,
    enableServiceLinks: true,
    tolerations: ["not-ready", "unreachable"].map((reason) => ({
      key: `node.kubernetes.io/${reason}`,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: 300,
    })),
    containers: [
      {
        name: "web",
        image: "registry.example/shop/web@sha256:3f1f8c1c5e1d2b3a4958677685948372615049382716f5e4d3c2b1a09f8e7d6c",
        args: ["--listen=:8080", "--metrics=:9090", `--node=${node}`],
        ports: [
          { name: "http", containerPort: 8080, protocol: "TCP" },
          { name: "metrics", containerPort: 9090, protocol: "TCP" },
        ],
        env: Array.from({ length: 12 }, (_, each) => ({ name: `SETTING_${each}`, value: `value-of-setting-${each}` })),
        resources: { limits: { cpu: "500m", memory: "512Mi" }, requests: { cpu: "100m", memory: "128Mi" } },
        livenessProbe: {
          httpGet: { path: "/livez", port: "http", scheme: "HTTP" },
          periodSeconds: 10,
          failureThreshold: 3,
        },
        readinessProbe: {
          httpGet: { path: "/readyz", port: "http", scheme: "HTTP" },
          periodSeconds: 5,
          failureThreshold: 3,
        },
        volumeMounts: mounts,
        imagePullPolicy: "IfNotPresent",
      },
    ],
    volumes: [
      {
        name: "kube-api-access-x",
        projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: "token" } }] },
      },
    ],
  };
}

function podStatus(podIP: string, place: number): object {
  const time = "2026-01-01T00:00:05Z";
  return {
    phase: "Running",
    podIP,
    podIPs: [{ ip: podIP }],
    hostIP: `172.16.${(place >> 8) & 255}.${place & 255}`,
    startTime: "2026-01-01T00:00:01Z",
    qosClass: "Burstable",
    conditions: ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({
      type,
      status: "True",
      lastProbeTime: null,
      lastTransitionTime: time,
    })),
    containerStatuses: [
      {
        name: "web",
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: time } },
        image: "registry.example/shop/web",
        imageID: "registry.example/shop/web@sha256:3f1f8c1c5e1d2b3a4958677685948372615049382716f5e4d3c2b1a09f8e7d6c",
        containerID: `containerd://${place.toString(16).padStart(64, "0")}`,
      },
    ],
  };
}

/** What a real pod's JSON is largely made of. */
function managedFields(): readonly object[] {
  const containers = {
    'k:{"name":"web"}': { ".": {}, "f:args": {}, "f:env": {}, "f:image": {}, "f:ports": {}, "f:resources": {} },
  };
  const metadata = { "f:generateName": {}, "f:labels": { ".": {}, "f:app": {}, "f:pod-template-hash": {} } };
  const entry = { operation: "Update", apiVersion: "v1", time: "2026-01-01T00:00:00Z", fieldsType: "FieldsV1" };
  const status = {
    "f:conditions": {},
    "f:containerStatuses": {},
    "f:phase": {},
    "f:podIP": {},
    "f:podIPs": {},
    "f:startTime": {},
  };
  return [
    {
      manager: "kube-controller-manager",
      ...entry,
      fieldsV1: { "f:metadata": metadata, "f:spec": { "f:containers": containers } },
    },
    { manager: "kubelet", ...entry, fieldsV1: { "f:status": status }, subresource: "status" },
  ];
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
      conditions: { ready: true, serving: true, terminating: false },
    })),
  };
}
