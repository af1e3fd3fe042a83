import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import t from "tap";
import { parseAllDocuments } from "yaml";
import { JsonCut } from "../../src/cluster/api/cut-json.ts";
import { rootField } from "../../src/cluster/object/field.ts";
import { parseObjects } from "../../src/cluster/object/parse-object.ts";
import { type UsedFields, usedFields } from "../../src/cluster/object/used-fields.ts";
import { largeCluster } from "../api-server/large-cluster.ts";

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

function cutText(json: string, fields: UsedFields): string | undefined {
  const octets = Buffer.from(`${json},`);
  const cut = new JsonCut(fields).cut(octets, 0);
  assert.ok(cut === undefined || cut.end === octets.length - 1);
  return cut?.text;
}

function parsed(text: string, { apiVersion, kind }: Kind): unknown {
  return parseObjects(rootField({ ...(JSON.parse(text) as object), apiVersion, kind }));
}

const shop = readFileSync(new URL("files/shop.yaml", import.meta.url), "utf8");
const ofShop = parseAllDocuments(shop).flatMap((document) => {
  const { items, ...object } = document.toJS() as Kind & { readonly items?: readonly Kind[] };
  return items ?? [object];
});

/** Every field that the parsers read, filled. */
const filled: readonly (Kind & Record<string, unknown>)[] = [
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "p",
      namespace: "n",
      uid: "u",
      labels: { a: "b" },
      ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name: "j", uid: "v", controller: true }],
      creationTimestamp: "2026-01-01T00:00:00Z",
      deletionTimestamp: "2026-01-01T00:10:00Z",
      annotations: { "{": '"}' },
    },
    spec: {
      nodeName: "x",
      hostNetwork: true,
      containers: [{ name: "c", env: [{ name: "e" }], ports: [{ name: "http", containerPort: 80, protocol: "TCP" }] }],
      initContainers: [{ restartPolicy: "Always", ports: [{ containerPort: 81 }] }],
    },
    status: {
      phase: "Failed",
      podIP: "10.0.0.1",
      podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }],
      hostIP: "172.16.0.1",
      hostIPs: [{ ip: "172.16.0.1" }],
      startTime: "2026-01-01T00:00:01Z",
      initContainerStatuses: [
        {
          restartCount: 0,
          state: { terminated: { startedAt: "2026-01-01T00:00:02Z", finishedAt: "2026-01-01T00:00:03Z" } },
        },
      ],
      containerStatuses: [
        { restartCount: 1, lastState: {}, state: { running: { startedAt: "2026-01-01T00:00:04Z" } } },
      ],
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "s", namespace: "n" },
    spec: {
      type: "LoadBalancer",
      selector: { a: "b" },
      clusterIP: "10.1.0.1",
      clusterIPs: ["10.1.0.1"],
      externalIPs: ["192.0.2.1"],
      loadBalancerSourceRanges: ["192.0.2.0/24"],
      ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: "http", nodePort: 30_080 }],
      sessionAffinity: "None",
    },
    status: { loadBalancer: { ingress: [{ ip: "192.0.2.2" }, { ip: "192.0.2.3", ipMode: "Proxy" }] } },
  },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "c", namespace: "n" },
    spec: { schedule: "@daily", jobTemplate: { spec: { template: { metadata: { labels: { a: "b" } }, spec: {} } } } },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "ServiceCIDR",
    metadata: { name: "c" },
    spec: { cidrs: ["10.96.0.0/16"] },
  },
];

await t.test("an object cut down to the fields that are used is read as the whole is", (t) => {
  const objects = [...filled, ...ofShop, ...largeCluster({ nodes: 2, pods: 20, services: 2 })] as readonly Kind[];
  for (const object of objects) {
    const whole = JSON.stringify(object);
    const cut = cutText(whole, usedFields(object.kind)) ?? "";
    t.strictSame(parsed(cut, object), parsed(whole, object), object.kind);
  }
  t.end();
});

await t.test("what nobody reads is not parsed: of a pod three quarters", (t) => {
  const pod = [...largeCluster({ nodes: 1, pods: 1, services: 0 })].find((object) => (object as Kind).kind === "Pod");
  const whole = JSON.stringify(pod);
  const left = cutText(whole, usedFields("Pod"))?.length ?? Infinity;
  t.ok(left < whole.length / 4, `${left} of ${whole.length} octets`);
  t.end();
});

/** The same without JSON. */
function project(value: unknown, fields: UsedFields): unknown {
  if (fields === true || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => project(element, fields));
  const entries = Object.entries(value)
    .filter(([name]) => Object.hasOwn(fields, name))
    .map(([name, inner]) => [name, project(inner, fields[name]!)]);
  return Object.fromEntries(entries) as unknown;
}

await t.test("any JSON is cut to its used fields, and nothing of it where it breaks off", async () => {
  const names = fc.constantFrom("a", "b", "metadata", "constructor", "{", '"', "\\");
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(0, -1.5e300, true, null, "", 'a"}]\\', "ü"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(names, tie("value"), { maxKeys: 4 }),
    ),
  }));
  const fields: UsedFields = { a: true, metadata: { b: true, a: { b: true } }, "{": { a: true } };
  fc.assert(
    fc.property(value, fc.nat({ max: 2 }), fc.nat(), (inner, indent, cutOff) => {
      const json = JSON.stringify({ inner: null, a: inner, metadata: inner, "{": inner }, undefined, indent);
      const expected = project(JSON.parse(json), fields);
      assert.deepStrictEqual(JSON.parse(cutText(json, fields) ?? ""), expected);
      const part = Buffer.from(json).subarray(0, cutOff % json.length);
      assert.equal(new JsonCut(fields).cut(part, 0), undefined);
    }),
  );
});
