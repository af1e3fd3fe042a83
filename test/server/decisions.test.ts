import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { WorkloadRef } from "../../src/cluster/workload.ts";
import { DecisionBook, DecisionsFull } from "../../src/profile/decision-book.ts";
import { ProfileStore } from "../../src/profile/profile-store.ts";
import { server } from "./ask.ts";

const url = "/api/v1/decisions/shop/deployment/javaapp";
const policies = "/api/v1/policies/shop/deployment/javaapp";
const document = { egress: "learned", addresses: [{ id: "external/203.0.113.66", alias: "mirror", allowed: true }] };

function workload(name: string): WorkloadRef {
  return { namespace: "shop", kind: "Deployment", name };
}

await t.test("decisions are put, read, listed, repeated by every generation, and deleted", async (t) => {
  const { app } = await server();
  t.equal((await app.inject(url)).statusCode, 404);
  const put = await app.inject({ method: "PUT", url, payload: document });
  t.strictSame([put.statusCode, put.json()], [200, document]);
  t.strictSame((await app.inject("/api/v1/decisions/shop/Deployment/javaapp")).json(), document);
  t.strictSame((await app.inject("/api/v1/decisions?namespace=shop")).json(), {
    decisions: [
      { workload: { namespace: "shop", kind: "Deployment", name: "javaapp" }, isKnown: true, decisions: document },
    ],
  });
  t.strictSame((await app.inject("/api/v1/decisions?namespace=data")).json(), { decisions: [] });
  for (const at of [policies, "/api/v1/policies/shop"]) {
    const yaml = await app.inject({ method: "POST", url: at, headers: { accept: "application/yaml" } });
    t.match(yaml.body, /203\.0\.113\.66\/32 # mirror/u, at);
  }
  t.equal((await app.inject({ method: "DELETE", url })).statusCode, 204);
  t.equal((await app.inject({ method: "DELETE", url })).statusCode, 404);
  const after = await app.inject({ method: "POST", url: policies, headers: { accept: "application/yaml" } });
  t.notMatch(after.body, /203\.0\.113\.66\/32/u);
});

await t.test("a document that is wrong is refused whole, with the field, and the one before stays", async (t) => {
  const { app } = await server();
  await app.inject({ method: "PUT", url, payload: document });
  const wrong = { addresses: [{ id: "external/203.0.113.66", cidr: "10.0.0.0/8" }] };
  const answer = await app.inject({ method: "PUT", url, payload: wrong });
  t.match(answer.headers["content-type"], /^application\/problem\+json/u);
  t.match(answer.json(), { status: 422, detail: /^addresses\[0\]\.cidr: 10\.0\.0\.0\/8 does not hold/u });
  t.match((await app.inject({ method: "PUT", url, payload: { egress: "maybe" } })).json(), { detail: /^egress: / });
  t.match((await app.inject({ method: "PUT", url, payload: { nonsense: 1 } })).json(), { detail: /^nonsense: / });
  t.strictSame((await app.inject(url)).json(), document);
});

await t.test("nothing is decided of a workload that nobody knows", async (t) => {
  const { app } = await server();
  const answer = await app.inject({ method: "PUT", url: "/api/v1/decisions/shop/deployment/nobody", payload: {} });
  t.equal(answer.statusCode, 404);
});

await t.test("a decision is on disk when it is answered: what a killed process leaves behind has it", async (t) => {
  const folder = t.testdir();
  const store = new ProfileStore(folder);
  t.teardown(() => store.close());
  const book = new DecisionBook(store);
  book.put(workload("javaapp"), { egress: "deny-all" });
  book.put(workload("web"), { ingress: "allow-all" });
  book.delete(workload("web"));
  const left = join(folder, "left");
  mkdirSync(left);
  for (const name of ["weir.db", "weir.db-wal"]) copyFileSync(join(folder, name), join(left, name));
  const other = new ProfileStore(left);
  t.teardown(() => other.close());
  const restored = new DecisionBook(other);
  restored.restore(other.load().decisions);
  t.strictSame(restored.list(), [{ workload: workload("javaapp"), decisions: { egress: "deny-all" } }]);
});

await t.test("what the store can't keep is not kept in memory either", async (t) => {
  const store = new ProfileStore(t.testdir());
  const book = new DecisionBook(store);
  store.close();
  t.throws(() => book.put(workload("javaapp"), {}));
  t.equal(book.get(workload("javaapp")), undefined);
});

function unkept(): DecisionBook {
  return new DecisionBook({ saveDecisions: () => undefined, deleteDecisions: () => undefined });
}

/** Puts decisions until there is no room; gives how many. */
function fill(book: DecisionBook, namespace: string, decisions: object = {}): number {
  for (let n = 0; ; n++)
    try {
      book.put({ namespace, kind: "Deployment", name: `w${n}` }, decisions);
    } catch (error) {
      if (error instanceof DecisionsFull) return n;
      throw error;
    }
}

await t.test("decisions are bounded in number and in size, and a document may still be replaced", async (t) => {
  const book = unkept();
  t.equal(fill(book, "shop"), 5_000, "half of all, for one namespace");
  book.put(workload("w0"), { egress: "deny-all" });
  book.delete(workload("w1"));
  book.put(workload("w1"), {});
  const large = { addresses: Array.from({ length: 1024 }, (_, n) => ({ id: `external/${n}`.padEnd(240, "x") })) };
  t.throws(() => {
    for (let n = 2; n < 100; n++) book.put(workload(`w${n}`), large);
  }, DecisionsFull);
});

await t.test("whoever fills one namespace's share leaves room for every other", async (t) => {
  const [book, large] = [unkept(), unkept()];
  const choices = { addresses: Array.from({ length: 500 }, (_, n) => ({ id: `external/${n}`.padEnd(240, "x") })) };
  for (let place = 0; place < 8; place += 1)
    t.ok(fill(book, `namespace-${place}`) > 10 && fill(large, `namespace-${place}`, choices) > 0, `${place}`);
});
