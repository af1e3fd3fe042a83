/** Parts as objects: their names, their size, and back. */
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import t from "tap";
import type { Edge } from "../../src/profile/edge.ts";
import { fitPart, MAX_PART_OCTETS } from "../../src/profile/part/fit-part.ts";
import { HeldParts } from "../../src/profile/part/held-parts.ts";
import type { Part } from "../../src/profile/part/part.ts";
import { nodeLabel, partName } from "../../src/profile/part/part-name.ts";
import { readPart } from "../../src/profile/part/read-part.ts";
import { writePart } from "../../src/profile/part/write-part.ts";
import { serve, ask } from "../api-server/ask.ts";
import { networkProfileDefinition } from "../daemonset/manifests.ts";
import { workload } from "./shop.ts";

/** RFC 1123 subdomains: k8s.io/apimachinery/pkg/util/validation, IsDNS1123Subdomain. */
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u;
/** The same package, IsValidLabelValue. */
const LABEL = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/u;

const subdomain = fc.stringMatching(/^[a-z0-9](?:[-a-z0-9.]{0,250}[a-z0-9])?$/u);

function named(name: string, node: string): string {
  return partName(workload("shop", name), node, "observations");
}

await t.test("names are ones that the API takes, the same for the same, and no other's", (t) => {
  const kind = fc.constantFrom("Deployment", "Job.batch.volcano.sh", "Ünsinn");
  fc.assert(
    fc.property(kind, subdomain, subdomain, (ofKind, name, node) => {
      const made = partName({ namespace: "shop", kind: ofKind, name }, node, "observations", "store");
      t.match(made, SUBDOMAIN);
      t.ok(made.length <= 253);
      t.equal(made, partName({ namespace: "shop", kind: ofKind, name }, node, "observations", "store"));
      t.match(nodeLabel(node), LABEL);
      t.ok(nodeLabel(node).length <= 63);
    }),
    { numRuns: 100 },
  );
  t.not(named("a", "b-c"), named("a-b", "c"), "where the border is makes a difference");
  t.not(named("a".repeat(200), "n1"), named("a".repeat(200), "n2"), "past the readable length too");
  t.not(nodeLabel("n".repeat(70)), nodeLabel("n".repeat(71)));
  t.match(named("web", "node-7"), /^deployment-web-node-7-[0-9a-f]{16}$/u);
  t.end();
});

function edge(place: number, pods = 1): Edge {
  const at = new Date(Date.UTC(2026, 0, 1, 0, 0, place)).toISOString().replace("Z", "000Z");
  return {
    direction: place % 2 === 0 ? "ingress" : "egress",
    peer: { type: "workload", namespace: "data", kind: "Deployment", name: `peer-${place}` },
    protocol: "TCP",
    port: 5432,
    connections: place + 1,
    occasions: 1,
    bytes: place % 3 === 0 ? null : { toServer: 1, toClient: 2, exact: true },
    outcomes: { established: place, "half-open": 1 },
    firstSeen: at,
    lastSeen: at,
    pods: Array.from({ length: pods }, (_, pod) => `pod-${pod}-${"x".repeat(40)}`),
    nodes: ["n1"],
    resolution: "address",
  };
}

function partOf(edges: readonly Edge[], failed: readonly Edge[] = []): Part {
  const losses = { dropped: 1, sampledOut: 0, overflowed: 0, evicted: 0, restarts: 2, unwatchedUs: 5.5 };
  const older = { conntrack: "part" as const, reason: "denied", connections: 3, listenedSeconds: 1.5, cutShort: 0 };
  return {
    workload: workload("shop", "javaapp"),
    node: "n1",
    observer: "store",
    writtenMs: 1_767_225_600_123,
    window: { sinceUs: 1_767_225_600_000_001, untilUs: 1_767_225_600_000_002, losses, older },
    edges,
    failed,
    overflowed: 4,
    forgotten: [{ workload: workload("shop", "javaapp"), edge: "egress|x|TCP|1", afterMs: 1, beforeMs: 2, atMs: 3 }],
  };
}

await t.test("what is written, and kept by the API server, is read as it was", async (t) => {
  const server = await serve(t, [networkProfileDefinition]);
  const peers: readonly Edge["peer"][] = [
    { type: "host", ip: "192.168.0.1", name: "n1" },
    { type: "host", ip: "192.168.0.2" },
    { type: "external", ip: "2001:db8::1", names: ["a", "b"], claimedNames: ["b"] },
    { type: "unresolved", ip: "10.9.9.9", reason: "nobody had it" },
  ];
  const part = partOf([edge(0), edge(1), ...peers.map((peer) => ({ ...edge(2), peer }))], [edge(3)]);
  const body = writePart(part);
  const path = `/apis/weir.io/v1alpha1/namespaces/shop/networkprofiles/${body.metadata.name}`;
  const headers = { "content-type": "application/apply-patch+yaml" };
  const reply = await ask(server, `PATCH ${path}?fieldManager=weir-n1&fieldValidation=Strict`, { body, headers });
  t.equal(reply.status, 201, JSON.stringify(reply.body));
  t.strictSame(readPart(reply.body), part);
  t.strictSame((reply.body["spec"] as { counts: object }).counts, {
    ingress: 5,
    egress: 1,
    failed: 1,
    connections: 15,
  });
});

await t.test("what has no room is counted: failed attempts first, then what was seen longest ago", (t) => {
  const edges = Array.from({ length: 40 }, (_, place) => edge(place));
  const octets = JSON.stringify(edges).length;
  t.strictSame(fitPart({ edges, failed: [edge(41)] }, octets), { edges, failed: [], leftOut: 0 });
  const { edges: kept, leftOut } = fitPart({ edges, failed: edges }, octets / 2);
  t.equal(kept.length + leftOut, 40);
  t.strictSame(
    kept.map(({ connections }) => connections),
    Array.from(kept, (_, place) => 40 - place),
    "the newest",
  );
  const largest = writePart(partOf(Array.from({ length: 4_096 }, (_, place) => edge(place, 16))));
  const size = JSON.stringify(largest).length;
  t.ok(size > MAX_PART_OCTETS * 0.9 && size < 1.5 * 1024 * 1024 * 0.75, `${size}: far below what etcd takes`);
  t.ok((largest.spec as { overflowed: number }).overflowed > 4);
  t.end();
});

await t.test("a wrong part is refused as a whole, by the place that is wrong", (t) => {
  const good = writePart(partOf([edge(0)]));
  const wrong = (change: object): unknown => ({ ...good, spec: { ...good.spec, ...change } });
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ node: "" }, /spec\.node: missing/u],
    [{ written: "yesterday" }, /spec\.written: expected a time/u],
    [{ edges: [{ ...edge(0), connections: -1 }] }, /spec\.edges\[0\]\.connections: expected a count/u],
    [{ edges: [{ ...edge(0), lastSeen: "2026-01-01T00:00:00Z" }] }, /lastSeen: expected a time with six digits/u],
    [{ edges: [{ ...edge(0), peer: { type: "moon" } }] }, /peer\.type/u],
    [{ edges: [{ ...edge(0), protocol: "ICMP" }] }, /protocol: expected one of TCP/u],
  ];
  for (const [change, message] of cases) t.throws(() => readPart(wrong(change)), { message });
  t.end();
});

function object(node: string, edges: number): Record<string, unknown> {
  const all = Array.from({ length: edges }, (_, at) => edge(at));
  return { ...writePart({ ...partOf(all), node }) };
}

await t.test("held parts are bounded in edges, and what has no room is counted", (t) => {
  const held = new HeldParts(10);
  held.put("a", object("a", 5));
  held.put("b", object("b", 5));
  t.strictSame([held.size, held.leftOut], [1, 1]);
  held.put("a", object("a", 1));
  held.put("b", object("b", 5));
  t.equal(held.size, 2);
  held.delete("a");
  t.strictSame(
    held.of(workload("shop", "javaapp")).map(({ node }) => node),
    ["b"],
  );
  held.clear();
  t.strictSame([held.size, held.workloads()], [0, []]);
  t.end();
});

await t.test("the hash is sha256, so that any agent of any version makes the same name", (t) => {
  const hash = createHash("sha256")
    .update(JSON.stringify(["Deployment", "web", "n1", "rulings"]))
    .digest("hex");
  t.equal(partName(workload("shop", "web"), "n1", "rulings"), `deployment-web-n1-${hash.slice(0, 16)}`);
  t.end();
});
