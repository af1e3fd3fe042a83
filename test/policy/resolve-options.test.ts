import t from "tap";
import { GeneratorOptionsSchema } from "../../src/policy/options.ts";
import { InvalidOptions } from "../../src/policy/option-faults.ts";
import { resolveOptions } from "../../src/policy/resolve-options.ts";

await t.test("every default", async (t) => {
  t.strictSame(resolveOptions(undefined), {
    directions: ["ingress", "egress"],
    modes: { ingress: "learned", egress: "learned" },
    cidrs: { ingress: [], egress: [] },
    external: { mode: "single", leastAddresses: 4, prefixLength: { 4: 24, 6: 64 } },
    includeUnnamedExternal: false,
    includeSuspicious: false,
    publishedPorts: "open",
    includeServicePorts: false,
    dialect: "kubernetes",
    addresses: new Map(),
    decided: [],
    leaveOut: new Set(),
    keep: new Set(),
    sinceMs: Number.NEGATIVE_INFINITY,
    leastConnections: 1,
    maxPorts: 20,
    name: "{name}",
    labels: {},
    includeSystemNamespaces: false,
  });
});

await t.test(
  "what is given replaces its default and nothing else, and the caller's object stays as it was",
  async (t) => {
    const given = { egress: "deny-all", external: { prefixLength: { ipv4: 16 } }, since: "2026-03-02T10:00:00Z" };
    t.match(resolveOptions(given), {
      modes: { ingress: "learned", egress: "deny-all" },
      external: { mode: "single", prefixLength: { 4: 16, 6: 64 } },
      sinceMs: Date.UTC(2026, 2, 2, 10),
    });
    t.strictSame(given, {
      egress: "deny-all",
      external: { prefixLength: { ipv4: 16 } },
      since: "2026-03-02T10:00:00Z",
    });
  },
);

const faults = (options: unknown): readonly string[] => {
  try {
    resolveOptions(options);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidOptions)) throw error;
    return error.faults.map(({ field, message }) => `${field}: ${message}`);
  }
};

await t.test("every fault names its field", async (t) => {
  t.strictSame(faults({ egres: "learned" }), ["egres: there is no such option"]);
  t.strictSame(faults({ egress: "open" }), [
    "egress: must be equal to one of the allowed values: learned, allow-all, allow-namespace, deny-all",
  ]);
  t.strictSame(faults({ egressCidrs: [{ cidr: "10.0.0.1" }, { cidr: "10.0.0.1/8" }, { cidr: "10.0.0/8" }] }), [
    "egressCidrs[0].cidr: 10.0.0.1 has no prefix length; did you mean 10.0.0.1/32?",
    "egressCidrs[1].cidr: 10.0.0.1/8 has bits set beyond its prefix; did you mean 10.0.0.0/8?",
    'egressCidrs[2].cidr: "10.0.0/8" is no CIDR such as 203.0.113.0/24 or 2001:db8::/32',
  ]);
  t.strictSame(faults({ ingressCidrs: [{ cidr: "10.0.0.0/8", ports: [{ port: 80, endPort: 79 }] }] }), [
    "ingressCidrs[0].ports[0].endPort: must not be less than port 80",
  ]);
  t.strictSame(faults({ name: "weir", labels: { "a b": "c" } }), [
    "labels: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    "name: must hold {name}, or all policies would be called alike",
  ]);
  t.match(faults({ name: "{name}_X" }), [/^name: makes no valid name: /]);
  t.match(faults({ directions: [] }), [/^directions: /]);
  t.match(faults({ since: "yesterday" }), [/^since: /]);
  t.match(faults([]), [/^: /]);
});

await t.test("the schema is closed and tells every default", async (t) => {
  const { properties, additionalProperties } = GeneratorOptionsSchema as unknown as {
    properties: Record<string, { default?: unknown; description?: string }>;
    additionalProperties: boolean;
  };
  t.equal(additionalProperties, false);
  t.strictSame(
    Object.keys(properties).filter((name) => !("default" in (properties[name] ?? {}))),
    ["since"],
  );
});
