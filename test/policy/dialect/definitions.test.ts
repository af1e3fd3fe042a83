import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import * as fc from "fast-check";
import t from "tap";
import { parse, parseAllDocuments } from "yaml";
import { toCalicoPolicy } from "../../../src/policy/dialect/calico.ts";
import { toCiliumPolicy } from "../../../src/policy/dialect/cilium.ts";
import { toClusterPolicy } from "../../../src/policy/dialect/cluster.ts";
import { ApiServer } from "../../api-server/api-server.ts";
import { hasKubectl } from "../../api-server/has-kubectl.ts";
import type { Schema } from "../../api-server/schema/schema.ts";
import { CALICO_DEFINITION } from "./definitions/calico-definition.ts";
import { CILIUM_DEFINITION } from "./definitions/cilium-definition.ts";
import { CLUSTER_DEFINITION } from "./definitions/cluster-definition.ts";
import { faultsOf, schemaFaults, toManifest } from "./definitions/definition.ts";
import { world } from "./random-worlds.ts";

const GOLDEN = join(import.meta.dirname, "../dialects");
const DIALECTS = {
  cilium: { definition: CILIUM_DEFINITION, write: toCiliumPolicy },
  calico: { definition: CALICO_DEFINITION, write: toCalicoPolicy },
  cluster: { definition: CLUSTER_DEFINITION, write: toClusterPolicy },
};
type Name = keyof typeof DIALECTS;

/** What is put somewhere into the golden policy, and what must be said of it. */
type Spoiled = readonly [path: string, value: unknown, fault: RegExp];

const ports = (count: number, entry: (index: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, n) => entry(n));

const SPOILED: Readonly<Record<Name, readonly Spoiled[]>> = {
  cilium: [
    ["spec.podSelector", {}, /^unknown field spec.podSelector$/u],
    ["spec.endpointSelector", undefined, /endpointSelector: Required value/u],
    ["spec.endpointSelector.matchLabels.app", "no value", /should match/u],
    ["spec.ingress.0.fromEntities", ["nobody"], /Unsupported value: "nobody"/u],
    ["spec.ingress.0.fromEntities", ["world"], /combining them is not supported/u],
    ["spec.egress.0.toPorts.0.ports", ports(41, (n) => ({ port: String(n + 1) })), /at most 40 items/u],
    ["spec.egress.0.toPorts.0.ports.0.port", 80, /must be of type string/u],
    ["spec.egress.0.toPorts.0.ports.0.port", "65536", /unable to parse port/u],
    ["spec.egress.0.toPorts.0.ports.0.protocol", "TCPv4", /Unsupported value/u],
    ["spec.egress.0.toEndpoints.0.matchExpressions", [{ key: "a", operator: "Gt" }], /Unsupported value: "Gt"/u],
    ["spec.egress.4.toCIDR", ["10.0.0.0/33"], /must be of type cidr/u],
    ["spec.egress.5.toFQDNs.0", { matchName: "no name" }, /should match/u],
    [
      "spec.egress.5.toFQDNs.0",
      { matchName: "a.example", matchPattern: "*" },
      /one and only one schema \(oneOf\). Found 2/u,
    ],
    ["spec.egress.6.toPorts.0.ports.0.endPort", 54, /DNS rules do not support port ranges/u],
    ["spec.ingress.0.toPorts.0.rules", { dns: [{ matchPattern: "*" }] }, /not allowed on ingress/u],
  ],
  calico: [
    ["spec.podSelector", {}, /^unknown field spec.podSelector$/u],
    ["spec.selector", "a".repeat(1025), /more than 1024/u],
    ["spec.types", [], /at least 1 items/u],
    ["spec.types", ["Ingress", "Ingress"], /Duplicate value/u],
    ["spec.ingress.0.action", "Accept", /Unsupported value/u],
    ["spec.ingress.0.protocol", undefined, /protocol does not support ports/u],
    ["spec.egress.5.destination.nets", ["10.0.0.0/8", "2001:db8::/32"], /both IPv4 and IPv6/u],
    ["spec.egress.5.destination.nets", ["10.0.0.1"], /must be of type cidr/u],
    ["spec.egress.5.destination.nets", ports(257, (n) => `10.0.${n >> 8}.${n & 255}/32`), /at most 256 items/u],
    ["spec.egress.5.destination.ports", ports(51, (n) => n + 1), /at most 50 items/u],
    ["spec.egress.5.destination.ports", ["90:80"], /port range invalid/u],
    ["spec.egress.5.destination.ports", [0], /port range invalid/u],
    ["spec.egress.0.destination.selector", "global()", /global\(\)/u],
    ["spec.egress", ports(1025, () => ({ action: "Allow" })), /at most 1024 items/u],
  ],
  cluster: [
    ["spec.podSelector", {}, /^unknown field spec.podSelector$/u],
    ["spec.tier", "Default", /Unsupported value/u],
    ["spec.priority", 1001, /less than or equal to 1000/u],
    ["spec.subject", {}, /at least 1 properties/u],
    ["spec.ingress.0.from", [{ networks: ["10.0.0.0/8"] }], /unknown field spec.ingress\[0\].from\[0\].networks/u],
    ["spec.ingress.0.from", [], /at least 1 items/u],
    ["spec.egress.0.to.0.namespaces", {}, /at most 1 properties/u],
    ["spec.egress.0.to.0.pods.podSelector", undefined, /podSelector: Required value/u],
    ["spec.egress.2.to.0.networks", ["10.0.0.0"], /Invalid CIDR format/u],
    ["spec.egress.2.to.0.networks", ["10.0.0.0/8", "10.0.0.0/8"], /Duplicate value/u],
    ["spec.egress.0.protocols.1.tcp.destinationPort.range.end", 9000, /Start port must be less/u],
    ["spec.egress.0.protocols.1.udp", {}, /at most 1 properties/u],
    ["spec.egress", ports(26, () => ({ action: "Deny", to: [{ namespaces: {} }] })), /at most 25 items/u],
  ],
};

function golden(name: Name): object {
  return parse(readFileSync(join(GOLDEN, `${name}.yaml`), "utf8")) as object;
}

function spoil(document: object, path: string, value: unknown): object {
  const steps = path.split(".");
  const last = steps.pop()!;
  const copy = structuredClone(document);
  let at = copy as Record<string, unknown>;
  for (const step of steps) at = at[step] as Record<string, unknown>;
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
  return copy;
}

for (const [name, { definition }] of Object.entries(DIALECTS) as [Name, (typeof DIALECTS)[Name]][])
  await t.test(`${name}: its definition takes the golden policy, and tells every field that is wrong`, async (t) => {
    t.strictSame(faultsOf(definition, golden(name)), []);
    for (const [path, value, fault] of SPOILED[name])
      t.match(faultsOf(definition, spoil(golden(name), path, value)), [fault], `${path} ${fault}`);
  });

const noKubectl = hasKubectl() ? false : "kubectl is not installed";
const run = promisify(execFile);

await t.test(
  "an API server that has the definitions takes every dialect from kubectl",
  { skip: noKubectl },
  async (t) => {
    const server = await new ApiServer().start();
    t.teardown(() => server.stop());
    const items = Object.values(DIALECTS).map(({ definition }) => toManifest(definition));
    const definitions = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const spoiled = JSON.stringify(
      spoil(golden("cluster"), "spec.egress.0.protocols.1.tcp.destinationPort.range.end", 1),
    );
    const folder = t.testdir({ "definitions.json": definitions, "spoiled.json": spoiled });
    const config = join(folder, "kubeconfig");
    writeFileSync(config, server.kubeconfig());
    const env = { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: config };
    await run("kubectl", ["apply", "-f", join(folder, "definitions.json")], { env });
    const { stdout, stderr } = await run("kubectl", ["apply", "--dry-run=server", "-f", GOLDEN], { env });
    t.strictSame([stdout.match(/created \(server dry run\)/gu)?.length, stderr], [3, ""]);
    const refused = run("kubectl", ["apply", "--dry-run=server", "-f", join(folder, "spoiled.json")], { env });
    await t.rejects(refused, { message: /Start port must be less than End port/u });
  },
);

/**
 * The definitions themselves are not in this repository. Whoever has them, from the projects or by `kubectl get crd -o
 * yaml`, gives their folder in WEIR_CRDS; what is written is then held against them as they are.
 */
const folder = process.env["WEIR_CRDS"];
const noDefinitions = folder === undefined ? "no folder of published definitions is given in WEIR_CRDS" : false;

await t.test("what is written is as the published definitions want it", { skip: noDefinitions }, async (t) => {
  const published = readPublished(folder ?? "");
  const worlds = fc.sample(world, { seed: 1, numRuns: 200 });
  for (const [name, { definition, write }] of Object.entries(DIALECTS) as [Name, (typeof DIALECTS)[Name]][]) {
    const schema = published.get(`${definition.kind}.${definition.group}/${definition.version}`);
    if (schema === undefined) {
      t.comment(`${folder} has no ${definition.kind} ${definition.version}`);
      continue;
    }
    const documents = worlds.flatMap(({ said }) => write(said.head, said.rules).document ?? []);
    for (const document of [golden(name), ...documents]) t.strictSame(schemaFaults(schema, document), [], name);
  }
});

interface Published {
  readonly kind: string;
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

function readPublished(from: string): ReadonlyMap<string, Schema> {
  const files = readdirSync(from).filter((file) => /\.(ya?ml|json)$/u.test(file));
  const documents = files.flatMap((file) =>
    parseAllDocuments(readFileSync(join(from, file), "utf8")).map((document) => document.toJS() as Published),
  );
  const definitions = documents.filter(({ kind }) => kind === "CustomResourceDefinition");
  return new Map(
    definitions.flatMap(({ spec }) =>
      spec.versions.map(({ name, schema }) => [`${spec.names.kind}.${spec.group}/${name}`, schema.openAPIV3Schema]),
    ),
  );
}
