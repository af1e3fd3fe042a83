import t from "tap";
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import { IdentityQueue } from "../../src/cluster/identity-queue.ts";
import type { Connection } from "../../src/flow/connection.ts";
import { connection, node, pod, read, us } from "./builders.ts";

/** A queue over two pods, and what it told: `opened a -> b`. */
function queueOf(settings: { readonly knownUntil?: string; readonly maxWaiting?: number } = {}) {
  const cluster = new ClusterState();
  const objects = [
    node("node-1", "192.168.1.1", ["10.0.0.0/24"]),
    pod("a", { ip: "10.0.0.10" }),
    pod("b", { ip: "10.0.0.11" }),
  ];
  cluster.replace(read(...objects), us("10:00:00"));
  const told: string[] = [];
  let knownUntilUs = settings.knownUntil === undefined ? Infinity : us(settings.knownUntil);
  const queue = new IdentityQueue({
    cluster,
    knownUntilUs: () => knownUntilUs,
    ...(settings.maxWaiting !== undefined && { maxWaiting: settings.maxWaiting }),
    onFlow: ({ kind, flow, ...rest }) => {
      const ends = [flow.client, flow.servers[0]].map(({ identity }) =>
        identity.kind === "pod" ? identity.pod : identity.kind,
      );
      const isLeft = "endUnseen" in rest ? ", its end unseen" : "";
      told.push(`${kind} ${ends.join(" -> ")}${isLeft}`);
    },
  });
  const know = (until: string): number => (knownUntilUs = us(until));
  return { cluster, queue, told, know };
}

function named(id: string, client: string, server: string, start: string): Connection {
  return { ...connection(`${client}:40000`, `${server}:80`, { start }), id };
}

const ab = (id: string, start = "12:00:00"): Connection => named(id, "10.0.0.10", "10.0.0.11", start);

await t.test("where nothing lags, known ends are told at once", async (t) => {
  const { queue, told } = queueOf();
  queue.add({ kind: "opened", connection: ab("1") }, us("12:00:00"));
  t.same([told, queue.size], [["opened a -> b"], 0]);
});

await t.test("an unknown address is tried again for five seconds before that is the answer", async (t) => {
  const { cluster, queue, told } = queueOf();
  queue.add({ kind: "closed", connection: named("1", "10.0.0.12", "10.0.0.11", "12:00:00") }, us("12:00:00"));
  queue.add({ kind: "closed", connection: named("2", "10.0.0.13", "10.0.0.11", "12:00:00") }, us("12:00:00"));
  queue.advance(us("12:00:04"));
  t.same(told, []);
  const late = read(pod("late", { ip: "10.0.0.12", start: "11:59:59" }));
  cluster.apply(
    late.map((object) => ({ kind: "present", object })),
    us("12:00:04"),
  );
  queue.advance(us("12:00:04"));
  t.same(told, ["closed late -> b"]);
  queue.advance(us("12:00:05"));
  t.same(told, ["closed late -> b", "closed unresolved -> b"]);
});

await t.test("a connection waits until the cluster is known as it was when it began", async (t) => {
  const { cluster, queue, told, know } = queueOf({ knownUntil: "11:59:50" });
  queue.add({ kind: "closed", connection: ab("1") }, us("12:00:00"));
  queue.add({ kind: "closed", connection: ab("old", "11:00:00") }, us("12:00:00"));
  t.same(told, ["closed a -> b"], "one that began long ago need not wait");
  const [gone] = read(pod("a", { ip: "10.0.0.10", end: "11:59:00", phase: "Succeeded" }));
  const [heir] = read(pod("heir", { ip: "10.0.0.10", start: "11:59:02" }));
  cluster.apply(
    [
      { kind: "gone", object: gone! },
      { kind: "present", object: heir! },
    ],
    us("12:00:08"),
  );
  know("12:00:00");
  queue.advance(us("12:00:10"));
  t.same(told, ["closed a -> b", "closed heir -> b"], "the address had been given on, which nobody had told yet");
});

await t.test("one that ends while its beginning waits is told once", async (t) => {
  const { queue, told, know } = queueOf({ knownUntil: "11:59:50" });
  queue.add({ kind: "opened", connection: ab("1") }, us("12:00:00"));
  queue.add({ kind: "closed", connection: ab("1") }, us("12:00:03"));
  know("12:00:00");
  queue.advance(us("12:00:10"));
  t.same([told, queue.size], [["closed a -> b"], 0]);
});

await t.test("while the API server is away it waits for a quarter of an hour, and then names nobody", async (t) => {
  const { queue, told } = queueOf({ knownUntil: "11:59:50" });
  queue.add({ kind: "closed", connection: ab("1") }, us("12:00:00"));
  queue.advance(us("12:14:59"));
  t.same(told, []);
  queue.advance(us("12:15:00"));
  t.same(told, ["closed unresolved -> unresolved"]);
});

await t.test(
  "where too many wait the oldest is told, is not guessed, and is counted; in the end all are",
  async (t) => {
    const { queue, told } = queueOf({ knownUntil: "11:59:50", maxWaiting: 2 });
    for (const id of ["1", "2", "3"]) queue.add({ kind: "closed", connection: ab(id) }, us("12:00:00"));
    t.same([told, queue.size, queue.overflowed], [["closed unresolved -> unresolved"], 2, 1]);
    queue.finish(us("12:00:01"));
    t.same([told.length, queue.size], [3, 0]);
  },
);

await t.test("what may go on is told so, at once and after a wait", async (t) => {
  const { queue, told } = queueOf();
  queue.add({ kind: "closed", connection: ab("1"), endUnseen: true }, us("12:00:00"));
  const unknown = named("2", "10.0.0.12", "10.0.0.11", "12:00:00");
  queue.add({ kind: "closed", connection: unknown, endUnseen: true }, us("12:00:00"));
  queue.finish(us("12:00:01"));
  t.same(told, ["closed a -> b, its end unseen", "closed unresolved -> b, its end unseen"]);
});
