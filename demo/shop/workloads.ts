import { clusterDns } from "../lab/dns-server.ts";
import { type WorkloadPlan, labFolder } from "../lab/plan.ts";
import { shopAddresses } from "./addresses.ts";
import { program } from "./program.ts";
import type { Families } from "./families.ts";

const dns = shopAddresses.clusterDns;

/** In the lab's folder: what javaapp writes when a stranger's code has run in it. */
export const markerName = "payload-ran";

export const coredns: WorkloadPlan = {
  namespace: "kube-system",
  kind: "Deployment",
  name: "coredns",
  labels: { "k8s-app": "kube-dns" },
  replicas: 1,
  image: "registry.k8s.io/coredns/coredns:v1.12.1",
  ports: [
    { name: "dns", protocol: "UDP", port: 53 },
    { name: "dns-tcp", protocol: "TCP", port: 53 },
  ],
  program: (pod, layout) => clusterDns(pod, layout, shopAddresses.outsideDns),
};

export function jclient(families: Families): WorkloadPlan {
  const inUse = families("4", "6");
  return {
    namespace: "shop",
    kind: "Deployment",
    name: "jclient",
    labels: { app: "jclient" },
    replicas: 2,
    image: "shop.example/jclient:1.0",
    ports: [],
    program: ({ name, ordinal }) => {
      const family = inUse[ordinal % inUse.length] ?? "4";
      return program("jclient.ts", { name, role: "client" }, { dns, family, server: "javaapp.shop.svc.cluster.local" });
    },
  };
}

export const javaapp: WorkloadPlan = {
  namespace: "shop",
  kind: "Deployment",
  name: "javaapp",
  labels: { app: "javaapp" },
  replicas: 2,
  image: "shop.example/javaapp:1.0",
  ports: [{ name: "http", protocol: "TCP", port: 8080 }],
  probePath: "/healthz",
  program: ({ name }) =>
    program(
      "javaapp.ts",
      { name, role: "server" },
      {
        dns,
        database: "db.data.svc.cluster.local",
        payments: "api.payments.example",
        marker: `${labFolder}/${markerName}`,
      },
    ),
};

export const database: WorkloadPlan = {
  namespace: "data",
  kind: "StatefulSet",
  name: "db",
  labels: { app: "db" },
  replicas: 1,
  image: "shop.example/database:1.0",
  ports: [{ name: "redis", protocol: "TCP", port: 6379 }],
  program: ({ name }) => program("database.ts", { name, role: "server" }),
};
