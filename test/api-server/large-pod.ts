export const PODS_PER_WORKLOAD = 20;

export const SHOPS = 50;

/** One pod of many, for benchmarks that change pods as a cluster does. */
export function podObject(place: number, nodes: number): object {
  const { namespace: ns, name, hash } = workloadName(Math.floor(place / PODS_PER_WORKLOAD));
  const node = nodeName(place % nodes);
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: `${name}-${hash}`, uid: `uid-${name}-${hash}` };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: podName(place),
      generateName: `${name}-${hash}-`,
      namespace: ns,
      uid: podUid(place),
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: { app: name, "app.kubernetes.io/part-of": "shop", "pod-template-hash": hash },
      annotations: { "kubernetes.io/config.seen": "2026-01-01T00:00:00.000000000Z", "prometheus.io/scrape": "true" },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
      managedFields: managedFields(),
    },
    spec: { ...podSpec(node), nodeName: node },
    status: podStatus(place, nodeAddress(place % nodes)),
  };
}

export function podSpec(node: string): object {
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

function podStatus(place: number, hostIP: string): object {
  const podIP = podAddress(place);
  const time = "2026-01-01T00:00:05Z";
  return {
    phase: "Running",
    podIP,
    podIPs: [{ ip: podIP }],
    hostIP,
    hostIPs: [{ ip: hostIP }],
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

/** The address of a pod, of which there may be sixteen million. */
export function podAddress(place: number): string {
  return `10.${(place >> 16) & 255}.${(place >> 8) & 255}.${place & 255}`;
}

export function podName(place: number): string {
  const { name, hash } = workloadName(Math.floor(place / PODS_PER_WORKLOAD));
  return `${name}-${hash}-${place.toString(36).padStart(5, "0")}`;
}

export function podUid(place: number): string {
  return `5f0c1d2e-0000-4000-8000-${String(place).padStart(12, "0")}`;
}

export function workloadName(workload: number): {
  readonly namespace: string;
  readonly name: string;
  readonly hash: string;
} {
  const hash = (0x1a2b3c + workload).toString(16);
  return { namespace: `shop-${workload % SHOPS}`, name: `web-${workload}`, hash };
}

export function nodeName(place: number): string {
  return `node-${String(place).padStart(5, "0")}`;
}

export function nodeAddress(place: number): string {
  return `172.${16 + (place >> 16)}.${(place >> 8) & 255}.${place & 255}`;
}
