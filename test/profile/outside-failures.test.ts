import t from "tap";
import type { Connection } from "../../src/flow/connection.ts";
import { edgeKey } from "../../src/profile/edge.ts";
import { ProfileBook } from "../../src/profile/profile-book.ts";
import { us } from "../cluster/builders.ts";
import { DATABASE, JAVAAPP_0, JCLIENT, made, shop, workload } from "./shop.ts";

const cluster = shop();
const javaapp = workload("shop", "javaapp");

function bookOf(connections: readonly Connection[]): ProfileBook {
  const book = new ProfileBook();
  for (const connection of connections) book.addClosed(cluster.identifyConnection(connection));
  return book;
}

/** Each from a source of its own, as a flood of forged SYNs has them. */
function flood(count: number, port: (n: number) => number, source = ofIpv4): Connection[] {
  return Array.from({ length: count }, (_, n) =>
    made(`${source(n)}:40000`, `${JAVAAPP_0}:${port(n)}`, { outcome: n % 2 === 0 ? "half-open" : "unanswered" }),
  );
}

function ofIpv4(n: number): string {
  return `203.${n >> 16}.${(n >> 8) & 0xff}.${n & 0xff}`;
}

function failed(book: ProfileBook): readonly string[] {
  return (book.profile(javaapp, cluster)?.failed ?? []).map((edge) => `${edgeKey(edge)} x${edge.connections}`);
}

await t.test("a flood of forged sources is told as one edge for each port, but for its first sources", async (t) => {
  const book = bookOf(flood(10_000, (n) => 8080 + (n % 2)));
  const told = failed(book);
  t.equal(told.filter((line) => line.endsWith(" x1")).length, 64);
  t.strictSame(
    told.filter((line) => !line.endsWith(" x1")),
    ["ingress|external/0.0.0.0/0|TCP|8080 x4968", "ingress|external/0.0.0.0/0|TCP|8081 x4968"],
  );
  t.equal(book.profile(javaapp, cluster)?.overflowed, 0);
});

await t.test("what is told of the rest says when, and what became of it, and names no address", async (t) => {
  const book = bookOf(flood(264, () => 8080));
  const rest = book.profile(javaapp, cluster)?.failed.find(({ connections }) => connections > 1);
  t.match(rest, { direction: "ingress", peer: { type: "external", ip: "0.0.0.0/0" }, connections: 200 });
  t.strictSame(rest?.outcomes, { "half-open": 100, unanswered: 100 });
});

await t.test("a source that was told before the flood is still told by itself", async (t) => {
  const known = made("198.51.100.7:1", `${JAVAAPP_0}:8080`, { outcome: "refused" });
  const book = bookOf([known, ...flood(1_000, () => 8080), { ...known, id: "again" }]);
  t.ok(failed(book).includes("ingress|external/198.51.100.7|TCP|8080 x2"));
});

await t.test("a flood of ports as well is told together past a number of them", async (t) => {
  const told = failed(bookOf(flood(10_000, (n) => 1 + n)));
  t.equal(told.length, 64 + 64 + 1);
  t.ok(told.includes(`ingress|external/0.0.0.0/0|TCP|0 x${10_000 - 128}`));
});

await t.test(
  "IPv6 sources are told apart from IPv4's, and unknown addresses of the cluster from those outside",
  async (t) => {
    const book = bookOf([
      ...flood(64, () => 8080),
      ...flood(
        100,
        () => 8080,
        (n) => `2001:db8::${n.toString(16)}`,
      ),
      ...flood(
        100,
        () => 8080,
        (n) => `10.1.1.${100 + n}`,
      ),
    ]);
    t.strictSame(
      failed(book).filter((line) => !line.endsWith(" x1")),
      ["ingress|external/::/0|TCP|8080 x100", "ingress|unresolved/0.0.0.0/0|TCP|8080 x100"],
    );
  },
);

await t.test("a flood leaves room for what workloads attempt, in vain or not", async (t) => {
  const book = bookOf([
    ...flood(5_000, (n) => 1 + n),
    made(`${JCLIENT}:1`, `${JAVAAPP_0}:22`, { outcome: "refused" }),
    made(`${JAVAAPP_0}:1`, `${DATABASE}:22`, { outcome: "refused" }),
    made(`${JAVAAPP_0}:1`, "198.51.100.1:25", { outcome: "unanswered" }),
    made("203.0.0.1:1", `${JAVAAPP_0}:8080`),
  ]);
  for (const line of [
    "ingress|workload/shop/Deployment/jclient|TCP|22 x1",
    "egress|workload/data/Deployment/database|TCP|22 x1",
    "egress|external/198.51.100.1|TCP|25 x1",
  ])
    t.ok(failed(book).includes(line), line);
  t.strictSame(book.profile(javaapp, cluster)?.ingress.map(edgeKey), ["ingress|external/203.0.0.1|TCP|8080"]);
});

await t.test("what is restored goes on as it was, and what is forgotten makes room", async (t) => {
  const before = bookOf(flood(1_000, () => 8080));
  const after = new ProfileBook();
  after.restore({ edges: before.takeChanged(), window: before.window, tombstones: [] });
  for (const connection of flood(
    1_000,
    () => 8080,
    (n) => `198.51.${n >> 8}.${n & 0xff}`,
  ))
    after.addClosed(cluster.identifyConnection(connection));
  t.strictSame(
    failed(after).filter((line) => !line.endsWith(" x1")),
    ["ingress|external/0.0.0.0/0|TCP|8080 x1936"],
  );
  after.forget(
    javaapp,
    after.placesOf(javaapp, () => true),
  );
  for (const connection of flood(10, () => 8080)) after.addClosed(cluster.identifyConnection(connection));
  t.equal(failed(after).length, 10);
});

await t.test("that the rest was forgotten holds for late records of it", async (t) => {
  const book = bookOf(flood(200, () => 8080));
  const edge = "ingress|external/0.0.0.0/0|TCP|8080";
  book.forget(javaapp, [{ shelf: "failed", key: edge }]);
  book.tombstones.set(javaapp, book.tombstones.with({ workload: javaapp, edge, atMs: us("13:00:00") / 1000 }));
  book.addClosed(
    cluster.identifyConnection(
      flood(
        1,
        () => 8080,
        () => "198.51.100.1",
      )[0]!,
    ),
  );
  t.equal(failed(book).length, 64);
});
