import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { type ApiConnection, connectApi } from "../../src/cluster/api/connect-api.ts";
import { ApiServer } from "../api-server/api-server.ts";
import { pod } from "./builders.ts";

const { signal } = new AbortController();
const namespacePath = "/api/v1/namespaces";

async function connected(t: Test): Promise<ApiConnection> {
  const server = await new ApiServer([pod("a")]).start();
  t.teardown(() => server.stop());
  const path = join(t.testdir(), "kubeconfig");
  writeFileSync(path, server.kubeconfig());
  return connectApi({ kind: "kubeconfig", path });
}

await t.test("what is sent is there, and the answer is what the server made of it", async (t) => {
  const { send } = await connected(t);
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
  t.match(await send({ method: "POST", path: namespacePath, body }, 1_000, signal), {
    metadata: { name: "shop", resourceVersion: String },
  });
  const contentType = "application/merge-patch+json";
  const patch = { metadata: { labels: { team: "a" } } };
  const path = `${namespacePath}/shop`;
  t.match(await send({ method: "PATCH", path, body: patch, contentType }, 1_000, signal), {
    metadata: { labels: { team: "a" } },
  });
  t.match(await send({ method: "DELETE", path }, 1_000, signal), { status: { phase: "Terminating" } });
  await t.rejects(send({ method: "DELETE", path }, 1_000, signal), { name: "ApiFault", status: 404, isForGood: true });
});

await t.test("a refusal says what the server said", async (t) => {
  const { send } = await connected(t);
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: "No Name" } };
  await t.rejects(send({ method: "POST", path: namespacePath, body }, 1_000, signal), {
    name: "ApiFault",
    status: 422,
    message: /422: .*metadata\.name/u,
  });
});
