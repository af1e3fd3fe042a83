/**
 * Watches, held against "Kubernetes API Concepts" (kubernetes.io/docs/reference/using-api/api-concepts): each test
 * names its section.
 */
import t from "tap";
import { ask, pod, serve, watch } from "./ask.ts";
import type { JsonObject } from "./json-object.ts";

const five = ["a", "b", "c", "d", "e"].map((name) => pod(name));
const ALL = "/api/v1/pods";

function metadataOf(body: JsonObject): Record<string, string> {
  return body["metadata"] as Record<string, string>;
}

await t.test("Efficient detection of changes: a watch goes on behind the version it names", async (t) => {
  const server = await serve(t, five);
  const { resourceVersion } = metadataOf((await ask(server, `GET ${ALL}`)).body);
  server.put(pod("f"));
  const { next } = await watch(t, server, `${ALL}?watch=1&resourceVersion=${resourceVersion}`);
  t.match(await next(), { type: "ADDED", object: { kind: "Pod", apiVersion: "v1", metadata: { name: "f" } } });
  server.put(pod("f", { status: { phase: "Failed" } }));
  t.match(await next(), { type: "MODIFIED", object: { status: { phase: "Failed" } } });
  server.remove(pod("f"));
  const last = await next();
  t.match(last, { type: "DELETED", object: { status: { phase: "Failed" } } }, "the last state");
  t.equal(
    metadataOf(last?.object ?? {})["resourceVersion"],
    String(server.context.store.version),
    "at the deletion's version",
  );
});

await t.test(
  "Semantics for watch: without a version, and with 0, the state comes first as synthetic events",
  async (t) => {
    const server = await serve(t, five);
    for (const query of ["", "&resourceVersion=0"]) {
      const { next, stop } = await watch(t, server, `${ALL}?watch=true${query}`);
      for (const name of ["a", "b", "c", "d", "e"])
        t.match(await next(), { type: "ADDED", object: { metadata: { name } } });
      stop();
    }
  },
);

await t.test("Streaming lists: sendInitialEvents ends with a bookmark that says so", async (t) => {
  const server = await serve(t, [pod("a")]);
  const options = "watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
  const { next } = await watch(t, server, `${ALL}?${options}`);
  t.match(await next(), { type: "ADDED" });
  t.match(await next(), {
    type: "BOOKMARK",
    object: { kind: "Pod", metadata: { annotations: { "k8s.io/initial-events-end": "true" } } },
  });
  server.put(pod("b"));
  t.match(await next(), { type: "ADDED", object: { metadata: { name: "b" } } });
  t.match(await ask(server, `GET ${ALL}?watch=1&sendInitialEvents=true`), { status: 422, body: { reason: "Invalid" } });
  const none = await watch(t, server, `${ALL}?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`);
  server.put(pod("c"));
  t.match(await none.next(), { type: "ADDED", object: { metadata: { name: "c" } } });
});

await t.test(
  "Watch bookmarks: only to those who allow them, and no watch ends by what is forgotten behind it",
  async (t) => {
    const server = await serve(t, [pod("a")]);
    const { resourceVersion } = metadataOf((await ask(server, `GET ${ALL}`)).body);
    const allowed = await watch(
      t,
      server,
      `${ALL}?watch=1&resourceVersion=${resourceVersion}&allowWatchBookmarks=true`,
    );
    const silent = await watch(t, server, `${ALL}?watch=1&resourceVersion=${resourceVersion}`);
    server.forget();
    server.bookmark();
    server.put(pod("b"));
    const bookmark = await allowed.next();
    t.match(bookmark, { type: "BOOKMARK", object: { kind: "Pod", apiVersion: "v1" } });
    t.match([await allowed.next(), await silent.next()], [{ type: "ADDED" }, { type: "ADDED" }]);
    const version = metadataOf(bookmark?.object ?? {})["resourceVersion"];
    const resumed = await watch(t, server, `${ALL}?watch=1&resourceVersion=${version}`);
    t.match(await resumed.next(), { type: "ADDED", object: { metadata: { name: "b" } } });
  },
);

await t.test(
  "410 Gone responses: a watch from a forgotten version is told so inside the stream, which then ends",
  async (t) => {
    const server = await serve(t, [pod("a")]);
    const { resourceVersion } = metadataOf((await ask(server, `GET ${ALL}`)).body);
    server.put(pod("b"));
    server.forget();
    const { next } = await watch(t, server, `${ALL}?watch=1&resourceVersion=${resourceVersion}`);
    const message = new RegExp(`^too old resource version: ${resourceVersion} \\(\\d+\\)$`, "u");
    t.match(await next(), { type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired", message } });
    t.equal(await next(), undefined);
  },
);

await t.test("timeoutSeconds ends a watch in order", async (t) => {
  const server = await serve(t, []);
  const { next } = await watch(t, server, `${ALL}?watch=1&timeoutSeconds=1`);
  t.equal(await next(), undefined);
});

await t.test("a watch by selector is told DELETED when an object leaves it, and ADDED when one enters", async (t) => {
  const server = await serve(t, [pod("a", { labels: { app: "web" } })]);
  const { resourceVersion } = metadataOf((await ask(server, `GET ${ALL}`)).body);
  const { next } = await watch(t, server, `${ALL}?watch=1&resourceVersion=${resourceVersion}&labelSelector=app%3Dweb`);
  server.put(pod("a", { labels: { app: "db" } }));
  const left = await next();
  t.match(left, { type: "DELETED", object: { metadata: { labels: { app: "web" } } } }, "as it was last selected");
  t.equal(metadataOf(left?.object ?? {})["resourceVersion"], String(server.context.store.version));
  server.put(pod("b", { labels: { app: "db" } }));
  server.put(pod("a", { labels: { app: "web" } }));
  t.match(await next(), { type: "ADDED", object: { metadata: { name: "a" } } });
  server.remove(pod("b"));
  server.remove(pod("a"));
  t.match(await next(), { type: "DELETED", object: { metadata: { name: "a" } } });
});
