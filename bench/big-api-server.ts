/**
 * An API server with a cluster as large as is asked for, in a process of its own: `PODS` pods of some 5 KB as
 * JSON, thirty a node and thirty a Deployment, and a tenth as many Services with ten endpoints each. It lists in
 * pages and holds watches open; nothing ever changes. Prints its port.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { API_KINDS, pathOf } from "../src/cluster/api/api-kind.ts";

const pods = Number(process.argv[2] ?? 100_000);
const perDeployment = 30;
const deployments = Math.ceil(pods / perDeployment);
const nodes = Math.ceil(pods / 30);
const services = Math.ceil(pods / 10);
const namespaces = Math.min(200, deployments);

const counts: Readonly<Record<string, number>> = {
  Namespace: namespaces,
  Node: nodes,
  Pod: pods,
  Service: services,
  EndpointSlice: services,
  ReplicaSet: deployments,
  Deployment: deployments,
};

const makers: Readonly<Record<string, (index: number) => object>> = {
  Namespace: (index) => ({ metadata: metadata(`team-number-${index}`, "", index) }),
  Node: node,
  Pod: pod,
  Service: service,
  EndpointSlice: slice,
  ReplicaSet: (index) => workload(index, "ReplicaSet"),
  Deployment: (index) => workload(index, "Deployment"),
};

function node(index: number): object {
  const podCidr = `10.${128 + (index >> 8)}.${index & 255}.0/24`;
  return {
    metadata: { ...metadata(nodeName(index), "", index), labels: { "kubernetes.io/hostname": nodeName(index) } },
    spec: { podCIDR: podCidr, podCIDRs: [podCidr] },
    status: { addresses: [{ type: "InternalIP", address: nodeAddress(index) }], conditions: conditions() },
  };
}

function workload(index: number, kind: string): object {
  const labels = kind === "Deployment" ? ownLabels(index) : podLabels(index);
  const name = kind === "Deployment" ? deploymentName(index) : replicaSetName(index);
  const owner = { apiVersion: "apps/v1", kind: "Deployment", name: deploymentName(index), controller: true };
  return {
    metadata: {
      ...metadata(name, namespaceOf(index), index),
      labels,
      ...(kind === "ReplicaSet" && { ownerReferences: [owner] }),
    },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec(index, 0) } },
  };
}

function pod(index: number): object {
  const owner = Math.floor(index / perDeployment);
  const onNode = index % nodes;
  const ip = podAddress(index);
  const startedAt = new Date(Date.UTC(2026, 0, 1) + index * 7000).toISOString().replace(".000", "");
  return {
    metadata: {
      ...metadata(`${replicaSetName(owner)}-${suffix(index)}`, namespaceOf(owner), index),
      generateName: `${replicaSetName(owner)}-`,
      labels: podLabels(owner),
      annotations: {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "9090",
        "kubectl.kubernetes.io/restartedAt": startedAt,
        "checksum/config": uid(index, "c0f1").repeat(2),
      },
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          name: replicaSetName(owner),
          uid: uid(owner, "75e1"),
          controller: true,
        },
      ],
      managedFields: managedFields(startedAt),
    },
    spec: podSpec(owner, onNode),
    status: {
      phase: "Running",
      conditions: conditions(),
      hostIP: nodeAddress(onNode),
      hostIPs: [{ ip: nodeAddress(onNode) }],
      podIP: ip,
      podIPs: [{ ip }],
      startTime: startedAt,
      containerStatuses: [
        {
          name: "main",
          state: { running: { startedAt } },
          lastState: {},
          ready: true,
          restartCount: 0,
          image: "registry.example.com/team/service:1.42.7",
          imageID: `registry.example.com/team/service@sha256:${uid(owner, "1ab3").repeat(2)}`,
          containerID: `containerd://${uid(index, "c0de").repeat(2)}`,
          started: true,
        },
      ],
      qosClass: "Burstable",
    },
  };
}

function podSpec(owner: number, onNode: number): object {
  const env = Array.from({ length: 12 }, (_, index) => ({
    name: `SETTING_NUMBER_${index}`,
    value: `value-${index}-of-${deploymentName(owner)}`,
  }));
  return {
    volumes: [
      { name: "config", configMap: { name: `${deploymentName(owner)}-config`, defaultMode: 420 } },
      {
        name: "kube-api-access-x7k2p",
        projected: {
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
            { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
            {
              downwardAPI: {
                items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
              },
            },
          ],
          defaultMode: 420,
        },
      },
    ],
    containers: [
      {
        name: "main",
        image: "registry.example.com/team/service:1.42.7",
        ports: [
          { name: "http", containerPort: 8080, protocol: "TCP" },
          { name: "metrics", containerPort: 9090, protocol: "TCP" },
        ],
        env,
        resources: { limits: { memory: "512Mi" }, requests: { cpu: "100m", memory: "256Mi" } },
        livenessProbe: {
          httpGet: { path: "/healthz", port: "http", scheme: "HTTP" },
          periodSeconds: 10,
          failureThreshold: 3,
        },
        readinessProbe: {
          httpGet: { path: "/readyz", port: "http", scheme: "HTTP" },
          periodSeconds: 5,
          failureThreshold: 3,
        },
        volumeMounts: [
          { name: "config", readOnly: true, mountPath: "/etc/service" },
          { name: "kube-api-access-x7k2p", readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
        ],
        securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ],
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    serviceAccountName: deploymentName(owner),
    nodeName: nodeName(onNode),
    schedulerName: "default-scheduler",
    tolerations: ["not-ready", "unreachable"].map((name) => ({
      key: `node.kubernetes.io/${name}`,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: 300,
    })),
  };
}

function managedFields(time: string): readonly object[] {
  const fields = {
    "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
    "f:spec": { "f:containers": { "f:image": {} } },
  };
  return ["kube-controller-manager", "kubelet"].map((manager) => ({
    manager,
    operation: "Update",
    apiVersion: "v1",
    time,
    fieldsType: "FieldsV1",
    fieldsV1: fields,
  }));
}

function conditions(): readonly object[] {
  return ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({
    type,
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: "2026-01-01T00:00:00Z",
  }));
}

function service(index: number): object {
  const owner = index % deployments;
  return {
    metadata: metadata(`service-${index}`, namespaceOf(owner), index),
    spec: {
      type: "ClusterIP",
      selector: ownLabels(owner),
      clusterIP: serviceAddress(index),
      clusterIPs: [serviceAddress(index)],
      ports: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP" }],
    },
  };
}

function slice(index: number): object {
  const owner = index % deployments;
  const endpoints = Array.from({ length: 10 }, (_, endpoint) => {
    const at = Math.min(owner * perDeployment + endpoint, pods - 1);
    return {
      addresses: [podAddress(at)],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: nodeName(at % nodes),
      targetRef: {
        kind: "Pod",
        namespace: namespaceOf(owner),
        name: `${replicaSetName(owner)}-${suffix(at)}`,
        uid: uid(at, "pod1"),
      },
    };
  });
  return {
    metadata: {
      ...metadata(`service-${index}-x9k2`, namespaceOf(owner), index),
      labels: { "kubernetes.io/service-name": `service-${index}` },
    },
    addressType: "IPv4",
    endpoints,
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
  };
}

function metadata(name: string, namespace: string, index: number): object {
  return {
    name,
    ...(namespace !== "" && { namespace }),
    uid: uid(index, name.slice(0, 4)),
    resourceVersion: String(1_000_000 + index),
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
}

function uid(index: number, kind: string): string {
  const digits = Buffer.from(`${kind}${index.toString(16).padStart(12, "0")}`)
    .toString("hex")
    .padEnd(32, "0");
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20, 32),
  ].join("-");
}

function ownLabels(owner: number): Record<string, string> {
  return {
    "app.kubernetes.io/name": deploymentName(owner),
    "app.kubernetes.io/instance": `release-${owner}`,
    "app.kubernetes.io/part-of": "a-large-system",
    team: namespaceOf(owner),
  };
}

function podLabels(owner: number): Record<string, string> {
  return { ...ownLabels(owner), "pod-template-hash": hash(owner) };
}

function hash(owner: number): string {
  return (owner * 2_654_435_761).toString(36).slice(0, 10);
}

function suffix(index: number): string {
  return index.toString(36).padStart(5, "x");
}

function deploymentName(owner: number): string {
  return `component-number-${owner}`;
}

function replicaSetName(owner: number): string {
  return `${deploymentName(owner)}-${hash(owner)}`;
}

function namespaceOf(owner: number): string {
  return `team-number-${owner % namespaces}`;
}

function nodeName(index: number): string {
  return `node-${index}.eu-central-1.compute.internal`;
}

function nodeAddress(index: number): string {
  return `172.16.${index >> 8}.${index & 255}`;
}

/** Among its node's, from the fourth on. */
function podAddress(index: number): string {
  const onNode = index % nodes;
  return `10.${128 + (onNode >> 8)}.${onNode & 255}.${4 + Math.floor(index / nodes)}`;
}

function serviceAddress(index: number): string {
  return `10.96.${index >> 8}.${index & 255}`;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "", "http://x");
  const kind = API_KINDS.find((candidate) => pathOf(candidate) === url.pathname);
  response.writeHead(kind === undefined ? 404 : 200, { "content-type": "application/json" });
  if (kind === undefined) response.end("{}");
  else if (url.searchParams.has("watch")) response.flushHeaders();
  else response.end(JSON.stringify(page(kind.kind, url.searchParams)));
});

function page(kind: string, query: URLSearchParams): object {
  const total = counts[kind] ?? 0;
  const from = Number(query.get("continue") ?? 0);
  const until = Math.min(total, from + Number(query.get("limit") ?? total));
  const items = Array.from({ length: until - from }, (_, offset) => makers[kind]!(from + offset));
  const rest = until < total ? { continue: String(until) } : {};
  return { kind: `${kind}List`, metadata: { resourceVersion: "2000000", ...rest }, items };
}

server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
