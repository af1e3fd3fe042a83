import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import t from "tap";
import { ApiServer } from "./api-server.ts";
import { ask, namesIn, pod, serve, watch } from "./ask.ts";
import { selfSigned } from "./tls/self-signed.ts";

const PODS = "/api/v1/pods";

await t.test("a status is answered for one resource, so often, with Retry-After; discovery goes on", async (t) => {
  const server = await serve(t, [pod("a")]);
  server.faults.add({ resource: "pods", times: 2, fault: { kind: "status", code: 429, retryAfterSeconds: 1 } });
  for (const _ of [1, 2]) {
    const { status, headers, body } = await ask(server, `GET ${PODS}`);
    t.match(
      [status, headers.get("retry-after"), body],
      [429, "1", { reason: "TooManyRequests", details: { retryAfterSeconds: 1 } }],
    );
  }
  t.equal((await ask(server, `GET ${PODS}`)).status, 200);
  server.faults.set("*", 503);
  t.match([(await ask(server, "GET /api/v1/nodes")).status, (await ask(server, "GET /api/v1")).status], [503, 200]);
  server.faults.clear();
  server.faults.add({ path: /^\/version$/u, fault: { kind: "status", code: 500 } });
  t.equal((await ask(server, "GET /version")).status, 500);
});

await t.test("an answer is cut in the middle, never given, late, or slow", async (t) => {
  const server = await serve(t, [pod("a")]);
  server.faults.add({ times: 1, fault: { kind: "cut", afterBytes: 20 } });
  await t.rejects(ask(server, `GET ${PODS}`), "cut");
  server.faults.add({ times: 1, fault: { kind: "hang" } });
  await t.rejects(fetch(server.url + PODS, { signal: AbortSignal.timeout(200) }), { name: "TimeoutError" });
  server.faults.add({ times: 1, fault: { kind: "latency", ms: 100 } });
  const began = performance.now();
  await ask(server, `GET ${PODS}`);
  t.ok(performance.now() - began >= 95, "late");
  server.faults.add({ times: 1, fault: { kind: "slow", bytesPerSecond: 2000 } });
  const slow = performance.now();
  t.strictSame(namesIn(await ask(server, `GET ${PODS}`)), ["a"]);
  t.ok(performance.now() - slow >= 95, "slow");
});

await t.test(
  "a server that crashes takes its connections with it, and may come back with an older state",
  async (t) => {
    const server = await serve(t, [pod("a"), pod("b")]);
    const { next } = await watch(t, server, `${PODS}?watch=1&resourceVersion=${server.context.store.version}`);
    await server.stop();
    await t.rejects(next(), "the watch breaks");
    await t.rejects(ask(server, `GET ${PODS}`));
    const older = new ApiServer([pod("a")]);
    older.port = server.port;
    await older.start();
    t.teardown(() => older.stop());
    t.strictSame(namesIn(await ask(older, `GET ${PODS}`)), ["a"]);
    const ahead = await ask(
      older,
      `GET ${PODS}?resourceVersion=${server.context.store.version}&resourceVersionMatch=NotOlderThan`,
    );
    t.match(ahead.body, { code: 504, details: { causes: [{ reason: "ResourceVersionTooLarge" }] } });
  },
);

await t.test(
  "a reader who falls behind what is remembered is told 410, and holds nothing of the server's memory",
  async (t) => {
    const server = await serve(t, [], { mostChanges: 10 });
    server.faults.add({ times: 1, fault: { kind: "slow", bytesPerSecond: 10_000_000 } });
    const { next } = await watch(t, server, `${PODS}?watch=1&resourceVersion=${server.context.store.version}`);
    const large = pod("large", { spec: { containers: [{ name: "x".repeat(20_000) }] } });
    for (let times = 0; times < 200; times += 1) server.put(large);
    let last = await next();
    while (last?.type === "ADDED" || last?.type === "MODIFIED") last = await next();
    t.match(last, { type: "ERROR", object: { code: 410 } });
  },
);

await t.test("requests and bytes are counted by verb and resource, also of a watch that is open", async (t) => {
  const server = await serve(t, [pod("a")]);
  const { next } = await watch(t, server, `${PODS}?watch=1`);
  await next();
  const list = await fetch(server.url + PODS).then((response) => response.text());
  t.match(server.counts.all(), { "list pods": { requests: 1, bytes: list.length }, "watch pods": { requests: 1 } });
  t.ok((server.counts.all()["watch pods"]?.bytes ?? 0) > 100);
  server.counts.reset();
  t.strictSame(server.counts.total(), { requests: 0, bytes: 0 });
  server.put(pod("b"));
  await next();
  t.ok(server.counts.total().bytes > 100, "what an open watch sends counts on");
});

await t.test("TLS: a client that trusts the authority is served, one that does not is refused", async (t) => {
  const tls = selfSigned();
  const server = await serve(t, [pod("a")], { tls });
  const get = async (ca: string | undefined): Promise<string> => {
    const asked = request(server.url + PODS, { agent: false, ...(ca !== undefined && { ca }) });
    asked.end();
    const [response] = (await once(asked, "response")) as [NodeJS.ReadableStream];
    return text(response);
  };
  t.match(await get(tls.ca), /"kind":"PodList"/u);
  await t.rejects(get(undefined), { code: "SELF_SIGNED_CERT_IN_CHAIN" });
});

await t.test(
  "as a program of its own it tells its address, serves files and large clusters, and ends when told",
  async (t) => {
    const file = `${t.testdir({ "objects.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: default}\n" })}/objects.yaml`;
    const args = ["--pods", "100", "--nodes", "3", "--services", "5", "--objects", file];
    const child = spawn(process.execPath, [`${import.meta.dirname}/main.ts`, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    t.teardown(() => child.kill("SIGKILL"));
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    const url = said.toString().trim();
    const list = (await (await fetch(`${url}/api/v1/pods?limit=10`)).json()) as { metadata: object; items: object[] };
    t.match(list.metadata, { remainingItemCount: 90 });
    t.ok(JSON.stringify(list.items[0]).length > 4000, "pods are as large as real ones");
    t.equal((await fetch(`${url}/api/v1/namespaces/default/configmaps/c`)).status, 200);
    child.kill("SIGTERM");
    t.strictSame(await once(child, "exit"), [0, null]);
  },
);
