import t from "tap";
import { drawGraph } from "../../src/profile/graph.ts";
import { ProfileBook } from "../../src/profile/profile-book.ts";
import { DATABASE, JAVAAPP_0, made, shop } from "./shop.ts";

await t.test(
  "a connection between two workloads is one edge of the map, though it stands in two profiles",
  async (t) => {
    const cluster = shop();
    const book = new ProfileBook();
    book.addClosed(cluster.identifyConnection(made(`${JAVAAPP_0}:1`, `${DATABASE}:5432`)));
    book.addClosed(cluster.identifyConnection(made(`${JAVAAPP_0}:1`, "203.0.113.7:443")));
    const { nodes, edges } = drawGraph(book.profiles(cluster));
    t.strictSame(
      nodes.map(({ id }) => id),
      [
        "workload/data/Deployment/database",
        "workload/shop/Deployment/javaapp",
        "external/203.0.113.7",
        "workload/shop/Deployment/jclient",
      ],
    );
    t.strictSame(edges, [
      {
        source: "workload/shop/Deployment/javaapp",
        target: "workload/data/Deployment/database",
        protocol: "TCP",
        port: 5432,
        connections: 1,
      },
      {
        source: "workload/shop/Deployment/javaapp",
        target: "external/203.0.113.7",
        protocol: "TCP",
        port: 443,
        connections: 1,
      },
    ]);
  },
);
