import t from "tap";
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import { edgeKey } from "../../src/profile/edge.ts";
import { ProfileBook } from "../../src/profile/profile-book.ts";
import { pod, read, us } from "../cluster/builders.ts";
import { Wire } from "../flow/wire.ts";
import { made } from "./shop.ts";

const CLIENT = "10.1.0.1:40000";
const SERVER = "10.1.0.2:8080";

/** A client's address goes over to another pod; the server's pod stays. */
function clusterWithChange(): ClusterState {
  const cluster = new ClusterState();
  cluster.replace(
    read(
      pod("old", { ip: "10.1.0.1", start: "10:00:00", end: "10:05:00", phase: "Succeeded" }),
      pod("new", { ip: "10.1.0.1", start: "10:05:02" }),
      pod("server", { ip: "10.1.0.2", start: "10:00:00" }),
    ),
    us("10:06:00"),
  );
  return cluster;
}

function at(time: string) {
  return { startUs: us(time), endUs: us(time) + 1e6 };
}

function ingressOf(book: ProfileBook, cluster: ClusterState): readonly string[] {
  const profile = book.profile({ namespace: "shop", kind: "Pod", name: "server" }, cluster);
  return (profile?.ingress ?? []).map((edge) => `${edgeKey(edge)} x${edge.connections}`);
}

await t.test(
  "a four-tuple that another pod uses anew is an edge of that pod, and none of the one before",
  async (t) => {
    const cluster = clusterWithChange();
    const book = new ProfileBook();
    const first = cluster.identifyConnection(made(CLIENT, SERVER, at("10:04:50")));
    const second = cluster.identifyConnection(made(CLIENT, SERVER, at("10:05:05")));
    book.addOpened(first);
    book.addOpened(second); // while the end of the first was never told
    book.addClosed(second);
    t.strictSame(
      ingressOf(book, cluster),
      ["ingress|workload/shop/Pod/old|TCP|8080 x1", "ingress|workload/shop/Pod/new|TCP|8080 x1"].sort(),
    );
  },
);

await t.test(
  "a four-tuple that is used anew at once, by another process, is told as two connections of their own outcomes",
  async (t) => {
    const wire = new Wire()
      .handshake(CLIENT, SERVER)
      .close(CLIENT, SERVER)
      .tcp({ from: CLIENT, to: SERVER, flags: "S", seq: 900_000 })
      .tcp({ from: SERVER, to: CLIENT, flags: "RA", ack: 900_001 });
    t.strictSame(
      wire.finish().map(({ outcome }) => outcome),
      ["established", "refused"],
    );
  },
);
