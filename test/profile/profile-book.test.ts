import t from "tap";
import type { Connection } from "../../src/flow/connection.ts";
import { type Edge, edgeKey } from "../../src/profile/edge.ts";
import { ProfileBook } from "../../src/profile/profile-book.ts";
import { us } from "../cluster/builders.ts";
import { DATABASE, JAVAAPP_0, JAVAAPP_1, JAVAAPP_SERVICE, JCLIENT, made, shop, workload } from "./shop.ts";

const cluster = shop();
const javaapp = workload("shop", "javaapp");

function bookOf(connections: readonly Connection[], node?: string): ProfileBook {
  const book = new ProfileBook(node);
  for (const connection of connections) book.addClosed(cluster.identifyConnection(connection));
  return book;
}

function lines(edges: readonly Edge[] = []): string[] {
  return edges.map((edge) => `${edgeKey(edge)} x${edge.connections}`);
}

await t.test("a connection is egress of its client and ingress of its server, at the pod's own port", async (t) => {
  const book = bookOf([made(`${JCLIENT}:40000`, `${JAVAAPP_0}:8080`), made(`${JAVAAPP_0}:40001`, `${DATABASE}:5432`)]);
  const profile = book.profile(javaapp, cluster);
  t.strictSame(
    { ingress: lines(profile?.ingress), egress: lines(profile?.egress), failed: profile?.failed },
    {
      ingress: ["ingress|workload/shop/Deployment/jclient|TCP|8080 x1"],
      egress: ["egress|workload/data/Deployment/database|TCP|5432 x1"],
      failed: [],
    },
  );
  t.strictSame(lines(book.profile(workload("data", "database"), cluster)?.ingress), [
    "ingress|workload/shop/Deployment/javaapp|TCP|5432 x1",
  ]);
});

await t.test("where only a Service's address was seen, its endpoints' port is the edge's", async (t) => {
  const book = bookOf([made(`${JCLIENT}:40000`, `${JAVAAPP_SERVICE}:80`)]);
  t.strictSame(lines(book.profile(workload("shop", "jclient"), cluster)?.egress), [
    "egress|workload/shop/Deployment/javaapp|TCP|8080 x1",
  ]);
});

await t.test("a connection told as open and again as closed is counted once, with its bytes", async (t) => {
  const book = new ProfileBook();
  const open = made(`${JCLIENT}:40000`, `${JAVAAPP_0}:8080`);
  book.addOpened(cluster.identifyConnection(open));
  const bytes = { toServer: 10, toClient: 20, exact: true };
  book.addClosed(cluster.identifyConnection({ ...open, bytes, endUs: open.startUs + 5e6 }));
  const [edge] = book.profile(javaapp, cluster)?.ingress ?? [];
  t.strictSame(edge, {
    direction: "ingress",
    peer: { type: "workload", ...workload("shop", "jclient") },
    protocol: "TCP",
    port: 8080,
    connections: 1,
    occasions: 1,
    bytes,
    outcomes: { established: 1 },
    firstSeen: "2024-05-02T12:00:00.000000Z",
    lastSeen: "2024-05-02T12:00:05.000000Z",
    pods: ["javaapp-abc-0"],
    nodes: ["n1"],
    resolution: "address",
  });
});

await t.test("an attempt that came to nothing is kept apart and is no edge", async (t) => {
  const book = bookOf(
    (["refused", "unanswered", "half-open"] as const).map((outcome) =>
      made(`${JAVAAPP_0}:1`, `${DATABASE}:22`, { outcome }),
    ),
  );
  const profile = book.profile(javaapp, cluster);
  t.strictSame(profile?.egress, []);
  t.strictSame(lines(profile?.failed), ["egress|workload/data/Deployment/database|TCP|22 x3"]);
  t.strictSame(profile?.failed[0]?.outcomes, { refused: 1, unanswered: 1, "half-open": 1 });
});

await t.test("a connection of unknown direction is in no profile, but counted", async (t) => {
  const book = bookOf([made(`${JCLIENT}:40000`, `${JAVAAPP_0}:9999`, { outcome: "inferred", direction: "unknown" })]);
  t.strictSame(lines(book.profile(javaapp, cluster)?.ingress), []);
  t.equal(book.undirected, 1);
});

await t.test("a pod that talks to itself makes no edge; two pods of one workload do", async (t) => {
  const book = bookOf([made(`${JAVAAPP_0}:1`, `${JAVAAPP_0}:8080`), made(`${JAVAAPP_0}:2`, `${JAVAAPP_1}:7800`)]);
  const profile = book.profile(javaapp, cluster);
  t.strictSame(lines(profile?.egress), ["egress|workload/shop/Deployment/javaapp|TCP|7800 x1"]);
  t.strictSame(lines(profile?.ingress), ["ingress|workload/shop/Deployment/javaapp|TCP|7800 x1"]);
});

await t.test("each node tells its own side, so that both together count nothing twice", async (t) => {
  const across = [made(`${JAVAAPP_0}:1`, `${DATABASE}:5432`)];
  const onClients = bookOf(across, "n1");
  const onServers = bookOf(across, "n2");
  const database = workload("data", "database");
  t.strictSame(lines(onClients.profile(javaapp, cluster)?.egress).length, 1);
  t.strictSame(lines(onClients.profile(database, cluster)?.ingress).length, 0);
  t.strictSame(lines(onServers.profile(javaapp, cluster)?.egress).length, 0);
  t.strictSame(lines(onServers.profile(database, cluster)?.ingress).length, 1);
});

await t.test("a profile says from how many of the workload's nodes it has word", async (t) => {
  t.strictSame(bookOf([], "n1").profile(javaapp, cluster)?.nodes, { seen: 1, expected: 2 });
  t.strictSame(bookOf([]).profile(javaapp, cluster)?.nodes, { seen: 0, expected: 2 });
});

await t.test("an outside address bears the names that led its own client there, not another's", async (t) => {
  const book = new ProfileBook();
  const resolver = { ip: "10.1.1.2", port: 53 };
  const answer = { resolver, addresses: ["203.0.113.7"], ttlSeconds: 5, timeUs: us("11:59:59") };
  book.addName({ ...answer, client: JAVAAPP_0, name: "api.payments.example" });
  for (const client of [JAVAAPP_0, JCLIENT]) {
    book.addClosed(cluster.identifyConnection(made(`${client}:1`, "203.0.113.7:443")));
  }
  t.strictSame(book.profile(javaapp, cluster)?.egress[0]?.peer, {
    type: "external",
    ip: "203.0.113.7",
    names: ["api.payments.example"],
  });
  t.strictSame(book.profile(workload("shop", "jclient"), cluster)?.egress[0]?.peer, {
    type: "external",
    ip: "203.0.113.7",
  });
});

await t.test("an endpoint outside that a Service leads to bears the Service's name", async (t) => {
  const book = new ProfileBook();
  const direct = cluster.identifyConnection(made(`${JAVAAPP_0}:1`, "203.0.113.9:6443"));
  book.addClosed({ ...direct, service: { namespace: "default", name: "kubernetes" } });
  t.strictSame(book.profile(javaapp, cluster)?.egress[0]?.peer, {
    type: "external",
    ip: "203.0.113.9",
    names: ["kubernetes.default.svc"],
  });
});

await t.test("a workload without traffic has a profile that says so", async (t) => {
  const profile = bookOf([]).profile(javaapp, cluster);
  t.strictSame(profile?.learned, { word: "nothing observed", chanceOfNew: 1 });
  t.strictSame(profile?.observed, {
    since: null,
    until: null,
    connections: 0,
    dropped: null,
    losses: null,
    older: null,
  });
});

const status = {
  packets: 0,
  dropped: 0,
  overflowed: 0,
  evicted: 0,
  unreadable: {},
  sampledOut: 0,
  untold: 0,
  interfaces: 1,
  interfacesNotCaptured: 0,
  reopened: 0,
  isSilent: null,
  timeUs: us("12:00:00"),
};

await t.test("packets dropped by the kernel stand beside the profile, over restarts of capture too", async (t) => {
  const book = new ProfileBook();
  for (const dropped of [3, 10, 2]) book.addStatus({ ...status, dropped });
  t.equal(book.profile(javaapp, cluster)?.observed.dropped, 12);
});

await t.test(
  "what a capture that began anew has lost stands beside the profile: how often, and for how long",
  async (t) => {
    const book = new ProfileBook();
    book.addStatus({ ...status, packets: 100, sampledOut: 7, timeUs: us("12:00:01") });
    book.addStatus({ ...status, packets: 900, sampledOut: 7, overflowed: 3, evicted: 1, timeUs: us("12:00:02") });
    book.addStatus({ ...status, packets: 5, sampledOut: 1, timeUs: us("12:00:09") });
    t.strictSame(book.profile(javaapp, cluster)?.observed.losses, {
      sampledOut: 8,
      overflowed: 3,
      evicted: 1,
      restarts: 1,
      unwatchedSeconds: 9, // seven, and two of what the first had seen but not told
    });
  },
);

await t.test("a capture that began anew is known although it has seen more than the one before", async (t) => {
  const book = new ProfileBook();
  book.addStatus({ ...status, startedUs: us("12:00:00"), timeUs: us("12:00:00") });
  book.addStatus({ ...status, packets: 9, startedUs: us("12:00:04"), timeUs: us("12:00:05") });
  t.match(book.profile(javaapp, cluster)?.observed.losses, { restarts: 1, unwatchedSeconds: 7 });
});

await t.test("what the store kept is added to what was learned since, where it comes late", async (t) => {
  const [before, since] = [new ProfileBook(), new ProfileBook()];
  for (const book of [before, since]) {
    book.addStatus({ ...status, dropped: 2 });
    book.addClosed(cluster.identifyConnection(made(`${JCLIENT}:1`, `${JAVAAPP_0}:8080`)));
  }
  const { window, tombstones } = before;
  since.restore({ edges: before.stored(), window, tombstones: tombstones.all() });
  const profile = since.profile(javaapp, cluster);
  t.equal(profile?.observed.dropped, 4);
  t.match(profile?.ingress, [{ connections: 2, outcomes: { established: 2 }, pods: ["javaapp-abc-0"] }]);
});

await t.test("an agent that was away says for how long", async (t) => {
  const before = new ProfileBook();
  before.addStatus({ ...status, dropped: 4, timeUs: us("12:00:00") });
  const after = new ProfileBook();
  after.restore({ edges: [], window: before.window, tombstones: [] });
  after.addStatus({ ...status, dropped: 1, timeUs: us("12:10:00") });
  const observed = after.profile(javaapp, cluster)?.observed;
  t.equal(observed?.dropped, 5);
  t.match(observed?.losses, { restarts: 1, unwatchedSeconds: 602 });
});

await t.test("what was done to know older connections is told as capture said it last", async (t) => {
  const book = new ProfileBook();
  const older = {
    conntrack: "none" as const,
    reason: "may not be read",
    connections: 0,
    listenedSeconds: 30,
    cutShort: 0,
  };
  book.addStatus({ ...status, older });
  book.addStatus({ ...status, older: { ...older, listenedSeconds: 60 } });
  book.addStatus(status);
  t.strictSame(book.profile(javaapp, cluster)?.observed.older, { ...older, listenedSeconds: 60 });
});

await t.test("a scan of 10,000 addresses stays within its bound, and the overflow is visible", async (t) => {
  const scan = Array.from({ length: 10_000 }, (_, n) => made(`${JAVAAPP_0}:1`, `203.0.${n >> 8}.${n & 255}:443`));
  const profile = bookOf(scan).profile(javaapp, cluster);
  t.equal(profile?.egress.length, 4_096);
  t.equal(profile?.overflowed, 10_000 - 4_096);
});

await t.test("what is forgotten is gone, and what is not stays", async (t) => {
  const book = bookOf([made(`${JAVAAPP_0}:1`, "203.0.113.66:1389"), made(`${JAVAAPP_0}:2`, `${DATABASE}:5432`)]);
  const places = book.placesOf(javaapp, (edge) => edge.port === 1389);
  t.strictSame(places, [{ shelf: "edges", key: "egress|external/203.0.113.66|TCP|1389" }]);
  book.forget(javaapp, places);
  t.strictSame(lines(book.profile(javaapp, cluster)?.egress), ["egress|workload/data/Deployment/database|TCP|5432 x1"]);
});

await t.test("a connection that closes after its edge was forgotten does not bring it back", async (t) => {
  const book = new ProfileBook();
  const open = made(`${JAVAAPP_0}:1`, "203.0.113.66:1389");
  book.addOpened(cluster.identifyConnection(open));
  book.forget(
    javaapp,
    book.placesOf(javaapp, () => true),
  );
  book.addClosed(cluster.identifyConnection({ ...open, bytes: { toServer: 1, toClient: 1, exact: true } }));
  t.strictSame(book.profile(javaapp, cluster)?.egress, []);
  t.strictSame(book.takeChanged(), []);
});

await t.test("a connection whose peer becomes known while it is open stays one connection of one edge", async (t) => {
  const book = new ProfileBook();
  const open = made(`${JAVAAPP_0}:1`, `${DATABASE}:5432`);
  const flow = cluster.identifyConnection(open);
  const unknown = { kind: "unresolved", reason: "nobody's yet" } as const;
  book.addOpened({ ...flow, servers: [{ ip: DATABASE, port: 5432, identity: unknown }] });
  book.addClosed(flow);
  t.strictSame(lines(book.profile(javaapp, cluster)?.egress), [`egress|unresolved/${DATABASE}|TCP|5432 x1`]);
});

await t.test("a connection that outlives capture is counted once, though its end comes under another id", async (t) => {
  const book = new ProfileBook();
  const open = made(`${JCLIENT}:40000`, `${JAVAAPP_0}:8080`);
  book.addOpened(cluster.identifyConnection(open));
  book.addClosed(cluster.identifyConnection({ ...open, id: "another", outcome: "inferred" }));
  t.strictSame(lines(book.profile(javaapp, cluster)?.ingress), [
    "ingress|workload/shop/Deployment/jclient|TCP|8080 x1",
  ]);
  book.addClosed(cluster.identifyConnection({ ...open, id: "a later one" }));
  t.strictSame(lines(book.profile(javaapp, cluster)?.ingress), [
    "ingress|workload/shop/Deployment/jclient|TCP|8080 x2",
  ]);
});

await t.test("what conntrack tells again after a restart of capture is not counted again", async (t) => {
  const book = new ProfileBook();
  const open = made(`${JCLIENT}:40000`, `${JAVAAPP_0}:8080`);
  const again = made(`${JCLIENT}:40000`, `${JAVAAPP_0}:8080`, { outcome: "inferred", inferredFrom: "conntrack" });
  book.addOpened(cluster.identifyConnection(open));
  book.addOpened(cluster.identifyConnection(again));
  book.addClosed(cluster.identifyConnection(again));
  t.strictSame(lines(book.profile(javaapp, cluster)?.ingress), [
    "ingress|workload/shop/Deployment/jclient|TCP|8080 x1",
  ]);
});

await t.test("a connection of unknown direction that is known by its end is counted then", async (t) => {
  const book = new ProfileBook();
  const open = made(`${JCLIENT}:40000`, `${JAVAAPP_0}:9999`, { outcome: "inferred", direction: "unknown" });
  const { direction: _unknown, ...known } = open;
  book.addOpened(cluster.identifyConnection(open));
  t.strictSame(lines(book.profile(javaapp, cluster)?.ingress), []);
  book.addClosed(cluster.identifyConnection({ ...known, inferredFrom: "listener" }));
  t.strictSame(lines(book.profile(javaapp, cluster)?.ingress), [
    "ingress|workload/shop/Deployment/jclient|TCP|9999 x1",
  ]);
});
