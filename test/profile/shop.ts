/** A small shop: a client, an application of two pods on two nodes, a database in a namespace of its own. */
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import type { Connection } from "../../src/flow/connection.ts";
import { connection, deployment, node, podOf, read, service, slice, us } from "../cluster/builders.ts";

export const JCLIENT = "10.1.1.10";
export const JAVAAPP_0 = "10.1.1.20";
export const JAVAAPP_1 = "10.1.2.20";
export const DATABASE = "10.1.2.30";
export const JAVAAPP_SERVICE = "10.96.0.20";

export function shop(): ClusterState {
  const cluster = new ClusterState();
  const objects = read(
    node("n1", "192.168.0.1", ["10.1.1.0/24"]),
    node("n2", "192.168.0.2", ["10.1.2.0/24"]),
    ...deployment("jclient", { app: "jclient" }),
    ...deployment("javaapp", { app: "javaapp" }),
    ...deployment("database", { app: "database" }, "data"),
    podOf("jclient", "0", { ip: JCLIENT, node: "n1" }),
    podOf("javaapp", "0", { ip: JAVAAPP_0, node: "n1" }),
    podOf("javaapp", "1", { ip: JAVAAPP_1, node: "n2" }),
    podOf("database", "0", { ip: DATABASE, node: "n2", namespace: "data" }),
    service("javaapp", {
      type: "ClusterIP",
      clusterIP: JAVAAPP_SERVICE,
      clusterIPs: [JAVAAPP_SERVICE],
      selector: { app: "javaapp" },
      ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: 8080 }],
    }),
    slice(
      "javaapp",
      "javaapp-x",
      [{ name: "http", protocol: "TCP", port: 8080 }],
      [
        { ip: JAVAAPP_0, pod: "javaapp-abc-0" },
        { ip: JAVAAPP_1, pod: "javaapp-abc-1" },
      ],
    ),
  );
  cluster.replace(objects, us("12:00:00"));
  return cluster;
}

let ids = 0;

/** Ends are written `10.0.0.1:80`; each has an id of its own. */
export function made(client: string, server: string, rest: Partial<Connection> = {}): Connection {
  return { ...connection(client, server), id: `c${ids++}`, ...rest };
}

export function workload(namespace: string, name: string): { namespace: string; kind: string; name: string } {
  return { namespace, kind: "Deployment", name };
}
