/** What is ruled on one node, on the others: where there is nothing to tell, and where it can't be kept at first. */
import t from "tap";
import { UnkeptRulings } from "../../src/profile/part/unkept-rulings.ts";
import { TombstonesFull } from "../../src/profile/tombstones.ts";
import { ask } from "../api-server/ask.ts";
import { eventually } from "../demo/eventually.ts";
import { apiServer, makeAgents, settled } from "./agents.ts";
import { DATABASE, JAVAAPP_1, made, shop, workload } from "./shop.ts";

const PARTS = "/apis/weir.io/v1alpha1/networkprofiles";
const cluster = shop();
const [javaapp, database] = [workload("shop", "javaapp"), workload("data", "database")];
const TO_DATABASE = "egress|workload/data/Deployment/database|TCP|5432";

function full(): never {
  throw Object.assign(new Error("database or disk is full"), { errcode: 13 });
}

await t.test("what is forgotten is published by the nodes that have something of it, and by no other", async (t) => {
  const server = await apiServer(t);
  const make = await makeAgents(t, { cluster, server });
  const [one, two] = [make("n1").start(), make("n2").start()];
  two.see(made(`${JAVAAPP_1}:40000`, `${DATABASE}:5432`));
  await settled(one, two);
  one.exchange.forget(database, {});
  await eventually("the other has heard", () => Promise.resolve(two.book.edgeCount(database) === 0 || undefined));
  await settled(one, two);
  const { body } = await ask(server, `GET ${PARTS}?labelSelector=weir.io/holds=observations`);
  const items = body["items"] as { metadata: { namespace: string }; spec: { node: string; forgotten?: unknown[] } }[];
  const ofData = items.filter(({ metadata }) => metadata.namespace === "data");
  t.strictSame(
    ofData.map(({ spec }) => [spec.node, spec.forgotten?.length]),
    [["n2", 1]],
  );
});

await t.test("what a disk would not take of others' rulings is kept as soon as it does", async (t) => {
  const server = await apiServer(t);
  const make = await makeAgents(t, { cluster, server });
  const [one, two] = [make("n1").start(), make("n2").start()];
  two.see(made(`${JAVAAPP_1}:40000`, `${DATABASE}:5432`));
  await settled(one, two);
  const { store } = two;
  Object.assign(store, { forget: full, saveDecisions: full, deleteDecisions: full });
  one.decisions.put(javaapp, { egress: "deny-all" });
  one.decisions.put(javaapp, { egress: "allow-namespace" });
  one.exchange.forget(javaapp, { edge: TO_DATABASE });
  await eventually("it is said", () =>
    Promise.resolve(two.log.filter(({ msg }) => msg.endsWith("here yet")).length >= 2 || undefined),
  );
  t.strictSame([two.decisions.get(javaapp), two.book.edgeCount(javaapp)], [undefined, 1]);
  for (const name of ["forget", "saveDecisions", "deleteDecisions"]) Reflect.deleteProperty(store, name);
  await eventually("it is kept", () => Promise.resolve(two.book.edgeCount(javaapp) === 0 || undefined));
  await eventually("that too", () => Promise.resolve(two.decisions.get(javaapp) !== undefined || undefined));
  await two.stop();
  const again = make("n2");
  t.strictSame([again.decisions.get(javaapp), again.book.edgeCount(javaapp)], [{ egress: "allow-namespace" }, 0]);
});

await t.test("what was decided here since is not undone by a ruling that could not be kept before", async (t) => {
  const server = await apiServer(t);
  const make = await makeAgents(t, { cluster, server });
  const [one, two] = [make("n1").start(), make("n2").start()];
  Object.assign(two.store, { saveDecisions: full });
  one.decisions.put(javaapp, { egress: "deny-all" });
  await eventually("it is said", () =>
    Promise.resolve(two.log.some(({ msg }) => msg.endsWith("here yet")) || undefined),
  );
  Reflect.deleteProperty(two.store, "saveDecisions");
  two.decisions.put(javaapp, { egress: "learned" });
  await eventually("all know it", () => Promise.resolve(one.decisions.get(javaapp)?.egress === "learned" || undefined));
  t.strictSame(two.decisions.get(javaapp), { egress: "learned" });
});

await t.test("what can't be kept is bounded, with a share for each namespace, and superseded", async (t) => {
  const unkept = new UnkeptRulings();
  let tries = 0;
  let isThere = false;
  const ruling = (namespace: string, n: number) => ({
    key: `${namespace} ${n}`,
    namespace,
    keep: () => {
      tries += 1;
      if (!isThere) throw new TombstonesFull("full");
    },
  });
  for (let n = 0; n < 5_000; n += 1)
    try {
      unkept.keep(ruling("shop", n));
    } catch (error) {
      if (!(error instanceof TombstonesFull)) throw error;
    }
  t.equal(unkept.size, 2_048);
  t.throws(() => unkept.keep(ruling("data", 0)), TombstonesFull);
  t.equal(unkept.size, 2_049);
  unkept.drop("shop 7");
  tries = 0;
  unkept.tryAgain();
  t.strictSame([tries, unkept.size], [2_048, 2_048], "each once");
  isThere = true;
  unkept.tryAgain();
  t.equal(unkept.size, 0);
});
