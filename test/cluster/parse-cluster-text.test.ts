import { readFileSync } from "node:fs";
import t from "tap";
import { parseDocument } from "yaml";
import { ClusterFileError } from "../../src/cluster/file/cluster-file-error.ts";
import { parseClusterText } from "../../src/cluster/file/parse-cluster-text.ts";

const shop = readFileSync(new URL("files/shop.yaml", import.meta.url), "utf8");

function faultOf(text: string): string {
  try {
    parseClusterText(text, "cluster.yaml");
  } catch (error) {
    if (error instanceof ClusterFileError) return error.message;
    throw error;
  }
  return "none";
}

await t.test("what kubectl prints of a cluster is read, and kinds of no use are left out", async (t) => {
  const objects = parseClusterText(shop, "shop.yaml");
  const counts = Object.fromEntries(
    Map.groupBy(objects, ({ type }) => type)
      .entries()
      .map(([type, list]) => [type, list.length]),
  );
  t.same(counts, {
    Pod: 10,
    Service: 5,
    EndpointSlice: 4,
    Namespace: 3,
    Node: 2,
    Controller: 8,
    NetworkPolicy: 1,
  });
});

await t.test("a pod is cut down to the fields that are used", async (t) => {
  const [pod] = parseClusterText(shop, "shop.yaml");
  t.strictSame(pod, {
    type: "Pod",
    metadata: {
      name: "web-6d4cf56db6-8x2kq",
      namespace: "shop",
      uid: "5f0c0002-7a1d-4c3e-9b52-3d1f6e2a1002",
      labels: {
        "app.kubernetes.io/instance": "shop",
        "app.kubernetes.io/name": "web",
        "pod-template-hash": "6d4cf56db6",
      },
      owner: {
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        name: "web-6d4cf56db6",
        uid: "5f0c0001-7a1d-4c3e-9b52-3d1f6e2a1001",
      },
      creationUs: Date.UTC(2024, 4, 2, 9, 0, 0) * 1000,
      deletionUs: undefined,
    },
    nodeName: "node-1",
    hostNetwork: false,
    phase: "Running",
    ips: ["10.244.1.5"],
    hostIps: ["192.168.56.11"],
    startUs: Date.UTC(2024, 4, 2, 9, 0, 5) * 1000,
    runningUs: Date.UTC(2024, 4, 2, 9, 0, 8) * 1000,
    isFirstRun: true,
    endUs: undefined,
    ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
  });
});

const policyText = (rest: string) =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: ${rest}`;

await t.test("a network policy keeps what is absent apart from what is empty", async (t) => {
  const policy = parseClusterText(shop, "shop.yaml").find(({ type }) => type === "NetworkPolicy");
  t.strictSame(policy && "spec" in policy && policy.spec, {
    podSelector: { matchLabels: { app: "db" } },
    policyTypes: ["Ingress"],
    ingress: [
      {
        from: [
          { podSelector: { matchLabels: { "app.kubernetes.io/instance": "shop", "app.kubernetes.io/name": "web" } } },
          { ipBlock: { cidr: "10.0.0.0/8", except: ["10.244.0.0/16"] } },
        ],
        ports: [
          { protocol: "TCP", port: "postgres" },
          { protocol: "TCP", port: 5433, endPort: 5440 },
        ],
      },
    ],
  });
  const [empty] = parseClusterText(policyText("{podSelector: {}, ingress: [], egress: [{}]}"), "a.yaml");
  t.strictSame(empty && "spec" in empty && empty.spec, { podSelector: {}, ingress: [], egress: [{}] });
});

await t.test("JSON gives the same objects as YAML, and so do single documents as a List", async (t) => {
  const list = parseDocument(shop).toJS() as { readonly items: readonly unknown[] };
  const expected = parseClusterText(shop, "shop.yaml");
  t.strictSame(parseClusterText(JSON.stringify(list), "shop.json"), expected);
  t.strictSame(parseClusterText(`\uFEFF${JSON.stringify(list)}`, "shop.json"), expected);
  const documents = list.items.map((item) => JSON.stringify(item)).join("\n---\n");
  t.strictSame(parseClusterText(`---\n${documents}\n---\n# the end\n`, "shop.yaml"), expected);
});

await t.test("items of a PodList need no kind of their own", async (t) => {
  const text = `{"kind": "PodList", "apiVersion": "v1", "items": [{"metadata": {"name": "a", "namespace": "b"}}]}`;
  t.same(
    parseClusterText(text, "pods.json").map(({ type, metadata }) => `${type} ${metadata.namespace}/${metadata.name}`),
    ["Pod b/a"],
  );
});

await t.test(
  "an object of any custom kind may turn out to be an owner; what is built in and owns no pods is left out",
  async (t) => {
    const text = [
      "{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: pg}, spec: {selector: whatever, template: 3}}",
      "{apiVersion: jobset.x-k8s.io/v1alpha2, kind: JobSet, metadata: {name: train}}",
      "{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: fn}, spec: {ports: none}}",
      "{apiVersion: v1, kind: Secret, metadata: {name: s}}",
      "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: s}}",
    ].join("\n---\n");
    t.same(
      parseClusterText(text, "a.yaml").map((object) => object.type === "Controller" && [object.kind, object.selector]),
      [
        ["Cluster", undefined],
        ["JobSet", undefined],
        ["Service", undefined],
      ],
    );
  },
);

await t.test("a fault names the file, the document, the line and the field", async (t) => {
  const namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n";
  const list =
    "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: web\n  status:\n";
  t.equal(
    faultOf(`${namespace}---\n${list}    podIPs: 10.0.0.1\n`),
    "cluster.yaml: document 2, line 14: items[0].status.podIPs: expected a list",
  );
  t.equal(
    faultOf(`${list}    podIPs:\n    - ip: 10.0.0.1\n    - ip: ten\n`),
    "cluster.yaml: document 1, line 11: items[0].status.podIPs[1].ip: expected an IP address",
  );
  t.equal(faultOf("apiVersion: v1\nkind: Pod\n"), "cluster.yaml: document 1, line 1: metadata.name: missing");
  t.equal(faultOf("kind: Pod\n"), "cluster.yaml: document 1, line 1: apiVersion: missing");
  t.equal(faultOf("- a\n- b\n"), "cluster.yaml: document 1, line 1: the document: expected a map");
  t.equal(
    faultOf('{"apiVersion": "v1", "kind": "Pod",\n"metadata": {"name": "a",\n"labels": {"version": 1}}}'),
    "cluster.yaml: document 1, line 3: metadata.labels.version: expected a string",
  );
});

const faultOfRule = (rule: string) =>
  faultOf(`{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {ingress: [${rule}]}}`)
    .split(": ")
    .slice(2)
    .join(": ");

await t.test("values that the API would refuse are faults", async (t) => {
  t.same(
    [
      "{ports: [{port: 70000}]}",
      "{ports: [{port: http, endPort: 90}]}",
      "{ports: [{protocol: ICMP}]}",
      "{from: [{}]}",
      "{from: [{ipBlock: {cidr: 10.0.0.0}}]}",
      "{from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}",
      "{from: [{podSelector: {matchExpressions: [{key: a, operator: Like}]}}]}",
      "{from: [{podSelector: {matchExpressions: [{key: a, operator: In}]}}]}",
    ].map(faultOfRule),
    [
      "spec.ingress[0].ports[0].port: expected a port number",
      "spec.ingress[0].ports[0].endPort: needs a numeric port that is not greater",
      "spec.ingress[0].ports[0].protocol: expected TCP, UDP or SCTP",
      "spec.ingress[0].from[0]: expected podSelector, namespaceSelector or ipBlock",
      "spec.ingress[0].from[0].ipBlock.cidr: expected a CIDR block",
      "spec.ingress[0].from[0].ipBlock: must not stand beside a selector",
      "spec.ingress[0].from[0].podSelector.matchExpressions[0].operator: expected In, NotIn, Exists or DoesNotExist",
      "spec.ingress[0].from[0].podSelector.matchExpressions[0].values: expected values for In",
    ],
  );
});

await t.test("text that is no YAML is a fault with its line", async (t) => {
  t.match(faultOf("apiVersion: v1\nkind: [Pod\n"), /^cluster\.yaml: document 1, line 3: /);
  t.match(faultOf("a: b\n---\nc: }\n"), /^cluster\.yaml: document 2, line 3: /);
  t.match(faultOf('{"apiVersion": "v1", "kind"'), /^cluster\.yaml: document 1, line 1: /);
  t.match(faultOf("[".repeat(20_000)), /^cluster\.yaml: document 1, line 1: /);
  t.equal(faultOf("a: 1\nb: {c: 1, c: 2}\n"), "cluster.yaml: document 1, line 2: c: a second time");
});

await t.test("a file without any object is a fault, since it is seldom meant; an empty List is none", async (t) => {
  t.equal(faultOf(""), "cluster.yaml: empty");
  t.equal(faultOf("---\n# nothing\n---\n"), "cluster.yaml: empty");
  t.same(parseClusterText("apiVersion: v1\nkind: List\nitems: []\n", "a.yaml"), []);
});

await t.test("aliases of aliases don't blow up", async (t) => {
  const lines = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg", "gh", "hi"])
    lines.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join(", ")}]`);
  t.match(faultOf(lines.join("\n")), /^cluster\.yaml: document 1: aliases: /);
});

await t.test("sixty thousand annotations are read in a time that grows with their number", async (t) => {
  const annotations = Array.from({ length: 60_000 }, (_, index) => `    a${index}: x`).join("\n");
  const text = `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n${annotations}\n`;
  t.equal(parseClusterText(text, "a.yaml").length, 1);
});
