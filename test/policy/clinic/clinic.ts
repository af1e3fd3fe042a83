import { ClusterState } from "../../../src/cluster/cluster-state.ts";
import type { Connection } from "../../../src/flow/connection.ts";
import { learn } from "../../../src/profile/learn.ts";
import { ProfileBook } from "../../../src/profile/profile-book.ts";
import type { Profile } from "../../../src/profile/profile.ts";
import {
  connection,
  controller,
  deployment,
  endpoint,
  node,
  pod,
  podOf,
  type PodOptions,
  read,
  service,
  slice,
  us,
} from "../../cluster/builders.ts";

/**
 * An application of our own, with what real ones surprise by: a named port of two numbers, a headless StatefulSet whose
 * pods talk to each other, two stacks, a NodePort, clients in the host network, jobs, a Service that is only a name, a
 * second namespace with the same labels, a resolver on the node, and kubelet probes.
 */
const NAMESPACES = ["clinic", "clinic-test"] as const;

const at = (namespace: string, node_: string, ...ips: readonly string[]): PodOptions => ({
  namespace,
  node: node_,
  hostIp: NODES[node_]!,
  ips,
  start: "08:00:00",
  running: "08:00:01",
});

const NODES: Readonly<Record<string, string>> = { n1: "192.168.0.1", n2: "192.168.0.2" };

function labeled(app: string, tier = "back"): Readonly<Record<string, string>> {
  return { "app.kubernetes.io/name": app, tier };
}

function replicas(app: string, namespace: string, pods: readonly (readonly [string, PodOptions])[]) {
  const labels = labeled(app);
  return [
    ...deployment(app, labels, namespace),
    ...pods.map(([name, options]) => podOf(app, name, { ...options, labels })),
  ];
}

function statefulSet(namespace: string, ips: readonly (readonly string[])[]) {
  const labels = labeled("records");
  const owner = "apps/v1 StatefulSet records";
  const ports = [{ name: "sql", containerPort: 5432 }];
  return [
    controller("apps/v1", "StatefulSet", "records", {
      namespace,
      selector: { matchLabels: labels },
      templateLabels: labels,
    }),
    ...ips.map((own, index) =>
      pod(`records-${index}`, {
        ...at(namespace, index % 2 === 0 ? "n1" : "n2", ...own),
        labels: {
          ...labels,
          "apps.kubernetes.io/pod-index": `${index}`,
          "statefulset.kubernetes.io/pod-name": `records-${index}`,
        },
        owner,
        ports,
      }),
    ),
  ];
}

function job(name: string, labels: Readonly<Record<string, string>>, cronJob: string | undefined, options: PodOptions) {
  const controllerUid = `${name}-uid`;
  const own = {
    ...labels,
    "batch.kubernetes.io/job-name": name,
    "batch.kubernetes.io/controller-uid": controllerUid,
    "job-name": name,
    "controller-uid": controllerUid,
  };
  return [
    ...(cronJob === undefined
      ? []
      : [controller("batch/v1", "CronJob", cronJob, { namespace: "clinic", templateLabels: labels })]),
    controller("batch/v1", "Job", name, {
      namespace: "clinic",
      selector: { matchLabels: { "batch.kubernetes.io/controller-uid": controllerUid } },
      templateLabels: own,
      ...(cronJob !== undefined && { owner: `batch/v1 CronJob ${cronJob}` }),
    }),
    pod(`${name}-x1`, { ...options, labels: own, owner: `batch/v1 Job ${name}` }),
  ];
}

const HTTP = (containerPort: number) => ({ ports: [{ name: "http", containerPort }] });

const OBJECTS = [
  node("n1", NODES["n1"]!, ["10.1.0.0/24", "fd00:1::/64"]),
  node("n2", NODES["n2"]!, ["10.1.1.0/24", "fd00:2::/64"]),
  // Dual stack, behind a NodePort of externalTrafficPolicy Local: clients keep their addresses.
  ...replicas("portal", "clinic", [
    ["a", { ...at("clinic", "n1", "10.1.0.10", "fd00:1::10"), ports: [{ name: "https", containerPort: 8443 }] }],
    ["b", { ...at("clinic", "n2", "10.1.1.10", "fd00:2::10"), ports: [{ name: "https", containerPort: 8443 }] }],
  ]),
  service(
    "portal",
    {
      type: "NodePort",
      externalTrafficPolicy: "Local",
      clusterIP: "10.96.0.10",
      selector: labeled("portal"),
      ports: [{ port: 443, targetPort: "https", nodePort: 30443 }],
    },
    "clinic",
  ),
  // One name, two numbers.
  ...replicas("api", "clinic", [
    ["a", { ...at("clinic", "n1", "10.1.0.20"), ...HTTP(8080) }],
    ["b", { ...at("clinic", "n2", "10.1.1.20"), ...HTTP(9080) }],
  ]),
  service(
    "api",
    { clusterIP: "10.96.0.20", selector: labeled("api"), ports: [{ name: "http", port: 80, targetPort: "http" }] },
    "clinic",
  ),
  ...replicas("api", "clinic-test", [["t", { ...at("clinic-test", "n1", "10.1.0.120"), ...HTTP(8080) }]]),
  ...statefulSet("clinic", [["10.1.0.30"], ["10.1.1.30"], ["10.1.0.31"]]),
  service("records", { clusterIP: "None", selector: labeled("records"), ports: [{ port: 5432 }] }, "clinic"),
  ...replicas("cache", "clinic", [["a", { ...at("clinic", "n2", "10.1.1.40"), ports: [{ containerPort: 6379 }] }]]),
  ...replicas("billing", "clinic", [["a", at("clinic", "n1", "10.1.0.50")]]),
  // Only a name, and one that leads to addresses given by hand.
  service("payments", { type: "ExternalName", externalName: "pay.example.com" }, "clinic"),
  service("archive", { clusterIP: "10.96.0.60", ports: [{ port: 443, targetPort: 9443 }] }, "clinic"),
  slice("archive", "archive-1", [{ port: 9443, protocol: "TCP" }], [{ ip: "172.31.5.5" }], "clinic"),
  ...replicas("imaging", "clinic", [
    ["a", { ...at("clinic", "n1", "10.1.0.70", "fd00:1::70"), ports: [{ containerPort: 11112 }] }],
  ]),
  ...job("nightly-28", labeled("nightly"), "nightly", at("clinic", "n2", "10.1.1.80")),
  ...job("migrate", labeled("migrate"), undefined, at("clinic", "n1", "10.1.0.81")),
  ...replicas("idle", "clinic", [["a", at("clinic", "n1", "10.1.0.90")]]),
  // In the host network: an exporter that scrapes, and the resolver of each node.
  controller("apps/v1", "DaemonSet", "scraper", {
    namespace: "ops",
    selector: { matchLabels: { app: "scraper" } },
    templateLabels: { app: "scraper" },
  }),
  pod("scraper-n2", {
    ...at("ops", "n2", NODES["n2"]!),
    labels: { app: "scraper" },
    owner: "apps/v1 DaemonSet scraper",
    hostNetwork: true,
  }),
  controller("apps/v1", "DaemonSet", "node-local-dns", {
    namespace: "kube-system",
    selector: { matchLabels: { "k8s-app": "node-local-dns" } },
    templateLabels: { "k8s-app": "node-local-dns" },
  }),
  pod("node-local-dns-n1", {
    ...at("kube-system", "n1", NODES["n1"]!),
    labels: { "k8s-app": "node-local-dns" },
    owner: "apps/v1 DaemonSet node-local-dns",
    hostNetwork: true,
  }),
];

/** `CLIENT SERVER [PROTOCOL] [via SERVICE]`, each seen twenty times. */
const TRAFFIC = [
  "203.0.113.9:1 10.1.0.10:8443 TCP via 192.168.0.1:30443",
  "[2001:db8::9]:1 [fd00:1::10]:8443 TCP",
  "192.168.0.1:1 10.1.0.10:8443 TCP", // a kubelet probe
  "192.168.0.1:1 10.1.0.20:8080 TCP", // another
  "10.1.0.10:1 10.1.0.20:8080 TCP via 10.96.0.20:80",
  "10.1.1.10:1 10.1.1.20:9080 TCP via 10.96.0.20:80",
  "[fd00:1::10]:1 [fd00:1::70]:11112 TCP",
  "10.1.0.20:1 10.1.0.30:5432 TCP",
  "10.1.1.20:1 10.1.1.30:5432 TCP",
  "10.1.0.20:1 10.1.1.40:6379 TCP",
  "10.1.0.30:1 10.1.1.30:7000 TCP", // gossip
  "10.1.1.30:1 10.1.0.31:7000 TCP",
  "10.1.0.50:1 198.51.100.20:443 TCP", // by the name of the ExternalName
  "10.1.0.50:1 172.31.5.5:9443 TCP via 10.96.0.60:443",
  "10.1.1.80:1 10.1.0.30:5432 TCP",
  "10.1.0.81:1 10.1.0.30:5432 TCP",
  "192.168.0.2:1 10.1.0.20:8080 TCP", // the scraper, from the other node
  "10.1.0.120:1 10.1.0.20:8080 TCP", // the test system calls the real one
  ...["10.1.0.10", "10.1.1.10", "10.1.0.20", "10.1.1.20", "10.1.0.50", "10.1.1.80", "10.1.0.81"].map(
    (ip) => `${ip}:1 169.254.20.10:53 UDP`,
  ),
];

export interface Watched {
  readonly cluster: ClusterState;
  readonly profiles: readonly Profile[];
}

export function watchClinic(): Watched {
  const cluster = new ClusterState();
  cluster.replace(read(...OBJECTS), us("12:30:00"));
  const book = new ProfileBook();
  const resolved = {
    client: "10.1.0.50",
    resolver: endpoint("169.254.20.10:53"),
    ttlSeconds: 60,
    name: "pay.example.com",
    addresses: ["198.51.100.20"],
    timeUs: us("11:00:00"),
  };
  learn({ kind: "resolved", resolved }, cluster, book);
  for (const [index, connections] of TRAFFIC.map(toConnections).entries())
    for (const [turn, one] of connections.entries())
      learn({ kind: "closed", connection: { ...one, id: `${index}-${turn}` } }, cluster, book);
  const profiles = NAMESPACES.flatMap((namespace) => book.profiles(cluster, namespace));
  return { cluster, profiles };
}

function toConnections(line: string): readonly Connection[] {
  const [client = "", server = "", protocol = "TCP", , via] = line.replaceAll(/[[\]]/gu, "").split(" ");
  const nat = via === undefined ? [] : [{ client: endpoint(client), server: endpoint(via) }];
  return Array.from({ length: 20 }, (_, turn) =>
    connection(client, server, {
      protocol: protocol as Connection["protocol"],
      nat,
      start: `11:${String(turn + 10)}:00`,
    }),
  );
}
