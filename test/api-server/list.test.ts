/**
 * Lists, selectors and shapes, held against "Kubernetes API Concepts" (kubernetes.io/docs/reference/using-api/api-concepts): each test
 * names its section.
 */
import t from "tap";
import { ask, namesIn, pod, serve, watch } from "./ask.ts";
import type { JsonObject } from "./json-object.ts";
import { fieldOf } from "./table/field-of.ts";

const five = ["a", "b", "c", "d", "e"].map((name) => pod(name));
const PODS = "/api/v1/namespaces/shop/pods";
const ALL = "/api/v1/pods";

function metadataOf(body: JsonObject): Record<string, string> {
  return body["metadata"] as Record<string, string>;
}

await t.test(
  "Resource versions: every write moves one version on, and a list tells the version it is of",
  async (t) => {
    const server = await serve(t, five);
    const before = Number(metadataOf((await ask(server, `GET ${ALL}`)).body)["resourceVersion"]);
    server.put(pod("f"));
    const { body } = await ask(server, `GET ${PODS}/f`);
    t.equal(Number(metadataOf(body)["resourceVersion"]), before + 1);
  },
);

await t.test(
  "Retrieving large results sets in chunks: pages are of one moment, in order, and say what remains",
  async (t) => {
    const server = await serve(t, five);
    const first = await ask(server, `GET ${ALL}?limit=2`);
    t.strictSame([namesIn(first), fieldOf(first.body, "metadata.remainingItemCount")], [["a", "b"], 3]);
    server.put(pod("bb"));
    server.remove(pod("e"));
    const second = await ask(server, `GET ${ALL}?limit=2&continue=${metadataOf(first.body)["continue"]}`);
    const third = await ask(server, `GET ${ALL}?limit=2&continue=${metadataOf(second.body)["continue"]}`);
    t.strictSame([namesIn(second), namesIn(third)], [["c", "d"], ["e"]]);
    t.equal(metadataOf(third.body)["resourceVersion"], metadataOf(first.body)["resourceVersion"]);
    t.equal(metadataOf(third.body)["continue"], undefined);
  },
);

await t.test("410 Gone responses: an expired token offers one that goes on inconsistently", async (t) => {
  const server = await serve(t, five);
  const first = await ask(server, `GET ${ALL}?limit=2`);
  server.remove(pod("a"));
  server.put(pod("bb"));
  server.forget();
  const gone = await ask(server, `GET ${ALL}?limit=2&continue=${metadataOf(first.body)["continue"]}`);
  t.match(gone, { status: 410, body: { kind: "Status", reason: "Expired", code: 410, status: "Failure" } });
  const rest = await ask(server, `GET ${ALL}?limit=9&continue=${metadataOf(gone.body)["continue"]}`);
  t.strictSame(namesIn(rest), ["bb", "c", "d", "e"]);
  t.match(await ask(server, `GET ${ALL}?continue=nonsense`), { status: 400, body: { reason: "BadRequest" } });
});

await t.test(
  "The resourceVersion parameter: unset, 0, Exact and NotOlderThan, and what may not be combined",
  async (t) => {
    const server = await serve(t, five);
    const old = metadataOf((await ask(server, `GET ${ALL}`)).body)["resourceVersion"];
    server.put(pod("f"));
    const names = async (query: string): Promise<number> => namesIn(await ask(server, `GET ${ALL}?${query}`)).length;
    t.equal(await names(`resourceVersion=${old}&resourceVersionMatch=Exact`), 5);
    t.equal(await names(`resourceVersion=${old}&resourceVersionMatch=NotOlderThan`), 6);
    t.equal(await names(`resourceVersion=${old}`), 6, "without a limit: not older than");
    t.equal(await names(`resourceVersion=${old}&limit=500`), 5, "with a limit: exact");
    t.equal(await names("resourceVersion=0&limit=2"), 6, "any version: from the watch cache, which has no pages");
    const refused = async (query: string): Promise<unknown> =>
      (await ask(server, `GET ${ALL}?${query}`)).body["message"];
    const invalid = 'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ';
    t.equal(
      await refused("resourceVersionMatch=Exact"),
      `${invalid}Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`,
    );
    t.equal(
      await refused("resourceVersion=0&resourceVersionMatch=Exact"),
      `${invalid}Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`,
    );
    t.match(
      await refused("resourceVersion=5&resourceVersionMatch=Odd"),
      /Unsupported value: "Odd": supported values: "Exact", "NotOlderThan"/u,
    );
    server.forget();
    const tooOld = await ask(server, `GET ${ALL}?resourceVersion=${old}&resourceVersionMatch=Exact`);
    t.match(tooOld, {
      status: 410,
      body: { reason: "Expired", message: "The resourceVersion for the provided list is too old." },
    });
  },
);

await t.test("Unavailable resource versions: one from the future is a 504 that names its cause", async (t) => {
  const server = await serve(t, five);
  t.match(await ask(server, `GET ${ALL}?resourceVersion=99999`), {
    status: 504,
    body: { reason: "Timeout", details: { causes: [{ reason: "ResourceVersionTooLarge" }], retryAfterSeconds: 1 } },
  });
});

await t.test("Labels and Selectors: equality, sets, presence; what lacks a label satisfies != and notin", async (t) => {
  const labels = { a: { env: "prod", tier: "web" }, b: { env: "test" }, c: {} };
  const server = await serve(
    t,
    Object.entries(labels).map(([name, own]) => pod(name, { labels: own })),
  );
  const cases: Record<string, string[]> = {
    "env=prod": ["a"],
    "env==test": ["b"],
    "env!=prod": ["b", "c"],
    "env in (prod, test)": ["a", "b"],
    "env notin (prod)": ["b", "c"],
    env: ["a", "b"],
    "!env": ["c"],
    "env,tier notin (db)": ["a", "b"],
    "env in (prod,test),tier=web": ["a"],
    "": ["a", "b", "c"],
  };
  for (const [selector, names] of Object.entries(cases))
    t.strictSame(
      namesIn(await ask(server, `GET ${ALL}?labelSelector=${encodeURIComponent(selector)}`)),
      names,
      selector,
    );
  t.match(await ask(server, `GET ${ALL}?labelSelector=${encodeURIComponent("a in b")}`), { status: 400 });
});

await t.test("Field Selectors: each kind's own fields; status.podIP knows the first address only", async (t) => {
  const status = { phase: "Running", podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }] };
  const host = pod("host", { spec: { nodeName: "node-2", hostNetwork: true, containers: [] } });
  const server = await serve(t, [
    pod("a", { status }),
    host,
    { apiVersion: "v1", kind: "Node", metadata: { name: "n" }, spec: {} },
  ]);
  const names = async (selector: string): Promise<readonly string[]> =>
    namesIn(await ask(server, `GET ${ALL}?fieldSelector=${encodeURIComponent(selector)}`));
  t.strictSame(await names("spec.nodeName=node-2"), ["host"]);
  t.strictSame(await names("spec.nodeName!=node-2,metadata.namespace=shop"), ["a"]);
  t.strictSame(await names("status.podIP=10.0.0.1"), ["a"]);
  t.strictSame(await names("status.podIP=fd00::1"), []);
  t.strictSame(await names("spec.hostNetwork=false"), ["a"]);
  const message = async (path: string): Promise<unknown> => (await ask(server, `GET ${path}`)).body["message"];
  t.equal(await message(`${ALL}?fieldSelector=spec.priority=1`), "field label not supported: spec.priority");
  t.equal(
    await message("/apis/apps/v1/deployments?fieldSelector=spec.replicas=1"),
    '"spec.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"',
  );
});

await t.test(
  "Metadata-only fetches: PartialObjectMetadata, alone and in lists, and 406 where only protobuf is taken",
  async (t) => {
    const server = await serve(t, [pod("a")]);
    const accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    const one = await ask(server, `GET ${PODS}/a`, { headers: { accept } });
    t.match(one.body, { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: { name: "a" } });
    t.notHas(one.body, "spec");
    const list = await ask(server, `GET ${PODS}`, {
      headers: { accept: `${accept.replace("Metadata;", "MetadataList;")},application/json` },
    });
    t.match(list.body, { kind: "PartialObjectMetadataList", items: [{ kind: "PartialObjectMetadata" }] });
    const protobuf = "application/vnd.kubernetes.protobuf";
    t.match(await ask(server, `GET ${PODS}`, { headers: { accept: protobuf } }), {
      status: 406,
      body: { reason: "NotAcceptable" },
    });
    t.equal((await ask(server, `GET ${PODS}`, { headers: { accept: `${protobuf},application/json` } })).status, 200);
  },
);

await t.test("Receiving resources as Tables: columns and rows, each with the object's metadata", async (t) => {
  const server = await serve(t, [pod("a")]);
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
  const { body } = await ask(server, `GET ${PODS}`, { headers: { accept } });
  t.match(body, { kind: "Table", apiVersion: "meta.k8s.io/v1", rows: [{ cells: ["a", "0/1", "Running", "0"] }] });
  t.match(fieldOf(body, "rows"), [{ object: { kind: "PartialObjectMetadata" } }]);
  const { next } = await watch(t, server, `${PODS}?watch=1`, { accept });
  t.match(await next(), { object: { kind: "Table", columnDefinitions: [{ name: "Name" }] } });
  server.put(pod("b"));
  t.match(await next(), { object: { columnDefinitions: [] } }, "columns are told once");
});

await t.test("Compression: large answers are gzipped for those who ask", async (t) => {
  const server = await serve(
    t,
    Array.from({ length: 1000 }, (_, place) =>
      pod(`pod-${place}`, { spec: { containers: [{ name: "x".repeat(200) }] } }),
    ),
  );
  const before = server.counts.total().bytes;
  t.equal((await fetch(server.url + ALL)).headers.get("content-encoding"), "gzip", "fetch asks for it");
  const zipped = server.counts.total().bytes - before;
  const plain = await fetch(server.url + ALL, { headers: { "accept-encoding": "identity" } });
  t.ok((await plain.text()).length > 5 * zipped);
});
