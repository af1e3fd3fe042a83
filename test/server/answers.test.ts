import t from "tap";
import { Value } from "typebox/value";
import type { TSchema } from "typebox";
import { parse } from "yaml";
import { ReviewSchema } from "../../src/policy/review/review-shape.ts";
import { FlowLog } from "../../src/server/flow-log.ts";
import { graph, health, profile, profileSummaries } from "../../src/server/shapes.ts";
import { server } from "./ask.ts";

const javaapp = "/api/v1/profiles/shop/deployment/javaapp";

/** What of the answer is not as its schema says: `/openapi.json` promises no more than this test holds. */
function faults(schema: TSchema, value: unknown): string[] {
  return Value.Errors(schema, value).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

await t.test("every answer has the shape that /openapi.json promises", async (t) => {
  const { app } = await server([{ name: "capture", ok: true, detail: "" }]);
  const shapes: [string, TSchema][] = [
    ["/api/v1/profiles", profileSummaries],
    [javaapp, profile],
    ["/api/v1/profiles/shop/deployment/jclient", profile],
    ["/api/v1/graph", graph],
    ["/livez", health],
    ["/readyz", health],
  ];
  for (const [url, schema] of shapes) {
    const answer = await app.inject(url);
    t.equal(answer.statusCode, 200, url);
    t.strictSame(faults(schema, answer.json()), [], url);
  }
  const generated = await app.inject({ method: "POST", url: "/api/v1/policies/shop/deployment/javaapp" });
  t.strictSame(faults(ReviewSchema, generated.json().review), []);
});

await t.test("a profile is as the contract has it", async (t) => {
  const { app } = await server();
  const { workload, selector, pods, nodes, observed, ingress, egress, failed } = (await app.inject(javaapp)).json();
  t.strictSame(workload, { namespace: "shop", kind: "Deployment", name: "javaapp" });
  t.strictSame(selector, { matchLabels: { app: "javaapp" } });
  t.strictSame([pods, nodes], [["javaapp-abc-0", "javaapp-abc-1"], { seen: 2, expected: 2 }]);
  t.strictSame([observed.connections, observed.dropped], [4, 2]);
  t.strictSame(ingress, [
    {
      id: "ingress|workload/shop/Deployment/jclient|TCP|8080",
      direction: "ingress",
      peer: { type: "workload", namespace: "shop", kind: "Deployment", name: "jclient" },
      protocol: "TCP",
      port: 8080,
      connections: 2,
      occasions: 1,
      bytes: { toServer: 1, toClient: 2, exact: true },
      outcomes: { established: 2 },
      firstSeen: "2024-05-02T12:00:00.000000Z",
      lastSeen: "2024-05-02T12:00:00.000000Z",
      pods: ["javaapp-abc-0", "javaapp-abc-1"],
      nodes: ["n1", "n2"],
      resolution: "address",
    },
  ]);
  t.strictSame([egress.length, failed.length], [2, 1]);
});

await t.test("kinds are taken in any case, and a namespace narrows the list", async (t) => {
  const { app } = await server();
  t.equal((await app.inject("/api/v1/profiles/shop/Deployment/javaapp")).statusCode, 200);
  const { profiles } = (await app.inject("/api/v1/profiles?namespace=data")).json();
  t.strictSame(
    profiles.map((summary: { workload: { name: string } }) => summary.workload.name),
    ["database"],
  );
});

await t.test("a policy comes as JSON with its review, or as YAML for kubectl", async (t) => {
  const { app } = await server();
  const url = "/api/v1/policies/shop/deployment/javaapp";
  const json = await app.inject({ method: "POST", url, payload: {} });
  const yaml = await app.inject({ method: "POST", url, headers: { accept: "application/yaml" } });
  t.match(yaml.headers["content-type"], /^application\/yaml/u);
  t.strictSame(parse(yaml.body), json.json().policy);
  t.equal(json.json().policy.kind, "NetworkPolicy");
  const wider = await app.inject({ method: "POST", url, payload: { egressCidrs: [{ cidr: "203.0.113.66/32" }] } });
  t.match(JSON.stringify(wider.json().policy), /203\.0\.113\.66\/32/u);
  t.notMatch(JSON.stringify(json.json().policy), /203\.0\.113\.66/u);
});

await t.test("a namespace's policies come together", async (t) => {
  const { app } = await server();
  const { policies } = (await app.inject({ method: "POST", url: "/api/v1/policies/shop", payload: {} })).json();
  t.strictSame(
    policies.map(({ workload }: { workload: { name: string } }) => workload.name),
    ["javaapp", "jclient"],
  );
});

await t.test("the latest flows are JSON lines with the names of their ends", async (t) => {
  const { app } = await server();
  const lines = (await app.inject("/api/v1/flows")).body.trimEnd().split("\n");
  t.equal(lines.length, 5);
  const { from, to, outcome } = JSON.parse(lines[0] ?? "");
  t.strictSame(
    [from.workload.name, to[0].workload.name, to[0].port, outcome],
    ["jclient", "javaapp", 8080, "established"],
  );
});

await t.test("who follows the flows is told what is recent and what comes, and no more once he has gone", async (t) => {
  const { app, flows, seen } = await server();
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => app.close());
  const abort = new AbortController();
  const answer = await fetch(`${url}/api/v1/flows?follow=1`, { signal: abort.signal });
  const text = answer.body!.pipeThrough(new TextDecoderStream()).values();
  let heard = "";
  const hear = async (count: number): Promise<void> => {
    while (heard.split("\n").length <= count) heard += (await text.next()).value ?? "";
  };
  await hear(5);
  flows.add(seen[1]!);
  await hear(6);
  t.equal(JSON.parse(heard.trimEnd().split("\n").at(-1) ?? "").id, seen[1]!.flow.connection.id);
  abort.abort();
});

await t.test("a follower who does not read loses lines and is told how many, and costs no more memory", async (t) => {
  const flows = new FlowLog<string>();
  const stream = flows.follow();
  const line = "x".repeat(1_000);
  for (let n = 0; n < 5_000; n++) flows.add(line);
  t.ok((stream?.readableLength ?? 0) < 2 ** 21);
  stream?.read();
  flows.add("after");
  t.match(String(stream?.read()), /^\{"lost":\d+\}\n"after"\n$/u);
  stream?.destroy();
});

await t.test("DELETE forgets what it names, in the book and in the store", async (t) => {
  const { app, forgotten } = await server();
  const id = "egress|external/203.0.113.66|TCP|1389";
  const one = await app.inject({ method: "DELETE", url: `${javaapp}?edge=${encodeURIComponent(id)}` });
  t.strictSame(one.json(), { forgotten: [id] });
  t.strictSame(forgotten, [`shop/javaapp ${id}`]);
  const left = (await app.inject(javaapp)).json();
  t.strictSame([left.egress.length, left.ingress.length], [1, 1]);
  const none = await app.inject({ method: "DELETE", url: `${javaapp}?before=2020-01-01T00:00:00Z` });
  t.strictSame(none.json(), { forgotten: [] });
  const unknown = await app.inject({ method: "DELETE", url: `${javaapp}?edge=nothing` });
  t.equal(unknown.statusCode, 404, "what is made up is not remembered");
  const all = await app.inject({ method: "DELETE", url: javaapp });
  t.equal(all.json().forgotten.length, 3);
});

await t.test("metrics tell what capture lost, and what may not be read", async (t) => {
  const { app } = await server();
  const { body, headers } = await app.inject("/metrics");
  t.match(headers["content-type"], /^text\/plain/u);
  t.match(body, /^weir_capture_dropped_packets_total 2$/mu);
  t.match(body, /^weir_cluster_missed_kinds 1$/mu);
  t.match(body, /^weir_capture_unreadable_packets_total\{reason="fragment"\} 3$/mu);
});

await t.test("who is not ready says what is missing", async (t) => {
  const { app } = await server([
    { name: "capture", ok: false, detail: "restarted 3 times" },
    { name: "store", ok: true, detail: "saved" },
  ]);
  const answer = await app.inject("/readyz");
  t.equal(answer.statusCode, 503);
  t.strictSame(answer.json().conditions[0], { name: "capture", ok: false, detail: "restarted 3 times" });
  t.equal((await app.inject("/livez")).statusCode, 200);
});

await t.test("/openapi.json lists every route with its schemas", async (t) => {
  const { app } = await server();
  const { openapi, paths } = (await app.inject("/openapi.json")).json();
  t.equal(openapi, "3.1.0");
  t.strictSame(Object.keys(paths).sort(), [
    "/api/v1/check",
    "/api/v1/decisions",
    "/api/v1/decisions/{namespace}/{kind}/{name}",
    "/api/v1/flows",
    "/api/v1/graph",
    "/api/v1/policies/{namespace}",
    "/api/v1/policies/{namespace}/{kind}/{name}",
    "/api/v1/profiles",
    "/api/v1/profiles/{namespace}/{kind}/{name}",
    "/livez",
    "/metrics",
    "/openapi.json",
    "/readyz",
  ]);
  const body = paths["/api/v1/policies/{namespace}/{kind}/{name}"].post.requestBody.content["application/json"].schema;
  t.ok(body.properties.egressCidrs, "the generator's options are in it");
});
