import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { generatePolicy } from "../../src/policy/generate.ts";
import type { GeneratorOptions } from "../../src/policy/options.ts";
import { toYaml } from "../../src/policy/yaml.ts";
import type { Edge } from "../../src/profile/edge.ts";
import { CALICO_DEFINITION } from "./dialect/definitions/calico-definition.ts";
import { CILIUM_DEFINITION } from "./dialect/definitions/cilium-definition.ts";
import { CLUSTER_DEFINITION } from "./dialect/definitions/cluster-definition.ts";
import { faultsOf } from "./dialect/definitions/definition.ts";
import {
  clusterOf,
  COREDNS,
  deployment,
  DNS,
  edge,
  external,
  host,
  networkPolicy,
  profile,
  service,
  settings,
  workload,
} from "./world.ts";

const SHOP = [
  COREDNS,
  deployment("shop/javaapp", { ips: ["10.0.1.1"], ports: [{ containerPort: 8080 }] }),
  deployment("shop/db", { ips: ["10.0.1.2"] }),
  deployment("bank/ledger", { ips: ["10.0.2.2"] }),
  service("shop/javaapp", {
    type: "NodePort",
    selector: { app: "javaapp" },
    ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }],
  }),
].join("");

const EDGES = [
  DNS,
  edge("ingress", external("203.0.113.50"), "TCP/8080"),
  edge("ingress", workload("shop/db"), "TCP/9090"),
  edge("egress", workload("shop/db"), "TCP/5432"),
  edge("egress", workload("bank/ledger"), "TCP/9000"),
  edge("egress", workload("bank/ledger"), "TCP/9001"),
  edge("egress", workload("bank/ledger"), "SCTP/9002"),
  edge("egress", host("192.168.0.11", "n1"), "TCP/9100"),
  edge("egress", external("192.0.2.10", "kubernetes.default.svc"), "TCP/6443"),
  edge("egress", external("203.0.113.9", "api.example.com", "www.example.com"), "TCP/443"),
  edge("egress", external("203.0.113.10", "db.shop.svc"), "TCP/443"),
  edge("egress", external("2001:db8::1"), "TCP/443"),
];
const DIALECTS = { cilium: CILIUM_DEFINITION, calico: CALICO_DEFINITION, cluster: CLUSTER_DEFINITION } as const;
type Name = keyof typeof DIALECTS;

function generated(dialect: Name, options: GeneratorOptions = {}, edges: readonly Edge[] = EDGES, extra = "") {
  const asked = settings({ includeUnnamedExternal: true, maxPorts: 1, ...options, dialect });
  return generatePolicy(profile("shop/javaapp", edges), clusterOf(SHOP + extra), asked);
}

function spec(...given: Parameters<typeof generated>) {
  return generated(...given).document?.spec as Record<string, unknown>;
}

for (const [dialect, definition] of Object.entries(DIALECTS) as [Name, (typeof DIALECTS)[Name]][]) {
  await t.test(`${dialect}: the same profile gives the same bytes, as the golden file has them`, async (t) => {
    const file = join(import.meta.dirname, "dialects", `${dialect}.yaml`);
    const text = toYaml([generated(dialect)]);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
    t.equal(text, readFileSync(file, "utf8"));
    t.equal(toYaml([generated(dialect, {}, EDGES.toReversed())]), text);
  });

  await t.test(`${dialect}: whatever the options, a policy is as its resource definition wants it`, async (t) => {
    const scan = Array.from({ length: 300 }, (_, n) =>
      edge("egress", external(`198.51.${n >> 7}.${n & 127}`), "TCP/80"),
    );
    const ports = Array.from({ length: 120 }, (_, n) => edge("egress", workload("shop/db"), `TCP/${1000 + 2 * n}`));
    const asked: readonly GeneratorOptions[] = [
      {},
      { directions: ["ingress"] },
      { directions: ["egress"], egress: "allow-all" },
      { ingress: "allow-namespace", egress: "allow-namespace" },
      {
        ingress: "deny-all",
        egress: "deny-all",
        egressCidrs: [{ cidr: "203.0.113.0/24", ports: [{ port: 1, endPort: 9 }] }],
      },
      { maxPorts: 200 },
    ];
    for (const options of asked) {
      const { document, review } = generated(dialect, options, [...EDGES, ...scan, ...ports]);
      const faults = document === null ? review.dialect?.notes : faultsOf(definition, document);
      t.strictSame(faults, [], JSON.stringify(options));
      t.equal(review.dialect?.name, dialect);
    }
  });

  await t.test(`${dialect}: it replaces no NetworkPolicy of its name, which stands beside it`, async (t) => {
    const existing = networkPolicy("shop/javaapp", { podSelector: {}, policyTypes: ["Ingress"], ingress: [{}] });
    const { review, document } = generated(dialect, {}, EDGES, existing);
    t.equal(review.replaces, null);
    t.strictSame(
      review.existing.map(({ policy }) => policy),
      ["shop/javaapp"],
    );
    t.match(review.undo, { action: "delete", policy: { kind: document?.kind, apiVersion: document?.apiVersion } });
  });
}

await t.test(
  "cilium: what isolates and lets nothing through is one empty rule, for an empty list isolates nothing",
  async (t) => {
    t.match(spec("cilium", { ingress: "deny-all", egress: "deny-all" }), { ingress: [{}], egress: [{}] });
    t.notOk("egress" in spec("cilium", { directions: ["ingress"] }));
  },
);

await t.test("cilium: names are used only where DNS passes its proxy, which then sees every question", async (t) => {
  const only = [edge("egress", external("203.0.113.9", "api.example.com"), "TCP/443")];
  const without = generated("cilium", { directions: ["egress"] }, only);
  t.match(without.document?.spec, { egress: [{ toCIDR: ["203.0.113.9/32"] }] });
  t.match(without.review.dialect?.notes, [/without which names can't be used/u]);
  const dns = { toPorts: [{ rules: { dns: [{ matchPattern: "*" }] } }] };
  t.match(spec("cilium", { directions: ["egress"] }, [DNS, ...only]), {
    egress: [{ toFQDNs: [{ matchName: "api.example.com" }] }, dns],
  });
  const plain = spec("cilium", { directions: ["egress"] }, [DNS]);
  t.notMatch(plain, { egress: [dns] }, "without names DNS is left alone");
});

await t.test(
  "cilium: a name that only the client said, or that is no host name, lets nothing out by name",
  async (t) => {
    const claimed = { type: "external", ip: "203.0.113.9", names: ["a.example"], claimedNames: ["a.example"] } as const;
    const odd = external("203.0.113.8", "not a name");
    const { egress } = spec("cilium", { directions: ["egress"] }, [
      DNS,
      edge("egress", claimed, "TCP/443"),
      edge("egress", odd, "TCP/443"),
    ]);
    t.match(JSON.stringify(egress), /"toCIDR":\["203\.0\.113\.8\/32","203\.0\.113\.9\/32"\]/u);
    t.notMatch(JSON.stringify(egress), /toFQDNs/u);
  },
);

await t.test(
  "cluster: what takes more rules than the API allows is not written, and the review says why",
  async (t) => {
    const many = Array.from({ length: 30 }, (_, n) => edge("egress", external(`198.51.100.${n}`), `TCP/${100 + n}`));
    const { document, review, policy } = generated("cluster", {}, [DNS, ...many]);
    t.equal(document, null);
    t.equal(
      review.dialect?.notes.at(-1),
      "no policy is written: it takes 32 rules of a direction, and the API allows 25",
    );
    t.ok(policy, "what was proven is there all the same");
  },
);

await t.test("cluster: what was learned is accepted before all else is denied", async (t) => {
  const { ingress, egress } = spec("cluster") as Record<string, readonly { action: string }[]>;
  for (const rules of [ingress ?? [], egress ?? []])
    t.strictSame([...new Set(rules.map(({ action }) => action))], ["Accept", "Deny"]);
  t.match(spec("cluster", { ingress: "deny-all" }), { ingress: [{ action: "Deny" }] });
});

await t.test("calico: every requirement of a selector is said in its own language", async (t) => {
  const selector = {
    matchLabels: { app: "javaapp" },
    matchExpressions: [
      { key: "tier", operator: "In" as const, values: ["b", "a"] },
      { key: "old", operator: "DoesNotExist" as const },
      { key: "track", operator: "NotIn" as const, values: ["canary"] },
      { key: "team", operator: "Exists" as const },
    ],
  };
  const made = generatePolicy(
    profile("shop/javaapp", [DNS], { selector }),
    clusterOf(SHOP),
    settings({ dialect: "calico" }),
  );
  t.match(made.document?.spec, {
    selector: "app == 'javaapp' && !has(old) && has(team) && tier in { 'a', 'b' } && track not in { 'canary' }",
  });
});

await t.test("calico: networks of the two families never stand in one rule, which Calico would refuse", async (t) => {
  const { egress } = spec("calico") as { egress: readonly { destination?: { nets?: readonly string[] } }[] };
  const lists = egress.flatMap(({ destination }) => (destination?.nets === undefined ? [] : [destination.nets]));
  t.ok(lists.some((nets) => nets.length > 1));
  for (const nets of lists) t.equal(new Set(nets.map((net) => net.includes(":"))).size, 1, nets.join());
});

await t.test("calico: what its API allows no room for is not written, and the review says why", async (t) => {
  const wide = Array.from({ length: 6 }, (_, n) => `${"long.".repeat(40)}${n}/${"name".repeat(15)}`);
  const matchLabels = Object.fromEntries(wide.map((key) => [key, "value"]));
  const long = generatePolicy(
    profile("shop/javaapp", [DNS], { selector: { matchLabels } }),
    clusterOf(SHOP),
    settings({ dialect: "calico" }),
  );
  t.equal(long.document, null);
  t.match(
    long.review.dialect?.notes.at(-1),
    /^no policy is written: a selector takes \d+ characters, and the API allows 1024$/u,
  );
  const many = Array.from({ length: 1100 }, (_, n) =>
    edge("egress", external(`198.51.${n >> 8}.${n & 255}`), `TCP/${1000 + n}`),
  );
  const { document, review, policy } = generated("calico", {}, [DNS, ...many]);
  t.equal(document, null);
  t.match(
    review.dialect?.notes.at(-1),
    /^no policy is written: it takes \d{4} rules of a direction, and the API allows 1024$/u,
  );
  t.ok(policy);
});

await t.test(
  "the resolver of NodeLocal DNSCache is let through by its address, to Cilium as the host too",
  async (t) => {
    const edges = [
      edge("egress", host("169.254.20.10"), "UDP/53"),
      edge("egress", external("203.0.113.9", "a.example"), "TCP/443"),
    ];
    const resolver = {
      toPorts: [
        {
          ports: [
            { port: "53", protocol: "TCP" },
            { port: "53", protocol: "UDP" },
          ],
          rules: { dns: [{ matchPattern: "*" }] },
        },
      ],
    };
    t.strictSame((spec("cilium", { directions: ["egress"] }, edges)["egress"] as object[]).slice(1), [
      { toEntities: ["host"], ...resolver },
      { toCIDR: ["169.254.20.10/32"], ...resolver },
    ]);
    t.match(JSON.stringify(spec("calico", {}, edges)["egress"]), /"nets":\["169\.254\.20\.10\/32"\],"ports":\[53\]/u);
    t.match(JSON.stringify(spec("cluster", {}, edges)["egress"]), /"networks":\["169\.254\.20\.10\/32"\]/u);
  },
);

await t.test("cilium: nodes and the API server, which no network holds there, go by entities", async (t) => {
  const edges = [
    edge("egress", host("192.168.0.11", "n1"), "TCP/9100"),
    edge("egress", external("192.0.2.10", "kubernetes.default.svc"), "TCP/6443"),
  ];
  const { document, review } = generated("cilium", { directions: ["egress"] }, edges);
  t.notMatch(JSON.stringify(document), /toCIDR/u);
  t.match(JSON.stringify(document), /"toEntities":\["kube-apiserver"\].*"toEntities":\["host","remote-node"\]/u);
  t.match(review.dialect?.notes, [/entities \(kube-apiserver, host, remote-node\)/u]);
});

await t.test(
  "cilium: a name behind a rotating pool is one name, however many of its addresses were seen",
  async (t) => {
    const pool = Array.from({ length: 60 }, (_, n) =>
      edge("egress", external(`203.0.113.${n}`, "bucket.s3.example"), "TCP/443"),
    );
    const { egress } = spec("cilium", { directions: ["egress"] }, [DNS, ...pool]);
    t.strictSame((egress as object[])[0], {
      toFQDNs: [{ matchName: "bucket.s3.example" }],
      toPorts: [{ ports: [{ port: "443", protocol: "TCP" }] }],
    });
    t.notMatch(JSON.stringify(egress), /toCIDR/u);
  },
);

await t.test("cilium: labels that make no identity there are named in the notes", async (t) => {
  const odd = deployment("shop/odd", { labels: { "kubernetes.io/app": "odd" }, ips: ["10.0.1.9"] });
  const { review } = generated("cilium", {}, [edge("egress", workload("shop/odd"), "TCP/80")], odd);
  t.equal(
    review.dialect?.notes.at(-1),
    "Cilium tells no pods apart by kubernetes.io/app unless its own settings add that label",
  );
  const plain = generated("cilium", {}, [edge("egress", workload("shop/db"), "TCP/80")]);
  t.notMatch(plain.review.dialect?.notes.join(), /tells no pods apart/u);
});

await t.test("every dialect names the pod's own port, whatever port its Service has", async (t) => {
  const asked = service("shop/db", { selector: { app: "db" }, ports: [{ port: 80, targetPort: 5432 }] });
  const edges = [edge("egress", workload("shop/db"), "TCP/5432")];
  for (const dialect of Object.keys(DIALECTS) as Name[]) {
    const text = JSON.stringify(spec(dialect, { directions: ["egress"] }, edges, asked));
    t.match(text, /5432/u, dialect);
    t.notMatch(text, /\b80\b/u, dialect);
  }
});

await t.test("calico: a name with a dot says that its tier is the default one", async (t) => {
  const { document, review } = generated("calico", { name: "{name}.v1" });
  t.equal(document?.metadata.name, "default.javaapp.v1");
  t.match(
    review.dialect?.notes.join(),
    /it is named default\.javaapp\.v1, for Calico takes what stands before a dot for a tier/u,
  );
  t.match(review.undo, { action: "delete", policy: { metadata: { name: "default.javaapp.v1" } } });
  const long = generated("calico", { name: `${"a".repeat(120)}.${"b".repeat(120)}.{name}` });
  t.match([long.document, long.review.dialect?.notes.at(-1)], [null, /^no policy is written: .* cannot name one: /u]);
});

await t.test("cilium: names are not used where an option lets DNS pass beside its own rule", async (t) => {
  const egressCidrs = [{ cidr: "8.8.8.8/32", ports: [{ protocol: "UDP" as const, port: 53 }] }];
  const edges = [
    edge("egress", external("8.8.8.8"), "UDP/53"),
    edge("egress", external("203.0.113.9", "a.example"), "TCP/443"),
  ];
  t.match(JSON.stringify(spec("cilium", {}, edges)), /toFQDNs/u);
  const { document, review } = generated("cilium", { egressCidrs }, edges);
  t.match(JSON.stringify(document), /"toCIDR":\["203\.0\.113\.9\/32"\]/u);
  t.notMatch(JSON.stringify(document), /toFQDNs|"dns"/u);
  t.match(review.dialect?.notes, [/no rule is for DNS alone/u]);
});

await t.test("cilium: a resolver outside goes by its address, since nobody could tell its name before", async (t) => {
  const edges = [
    edge("egress", external("8.8.8.8", "dns.example"), "UDP/53"),
    edge("egress", external("203.0.113.9", "a.example"), "TCP/443"),
  ];
  const text = JSON.stringify(spec("cilium", { directions: ["egress"] }, edges));
  t.match(text, /"toFQDNs":\[\{"matchName":"a\.example"\}\]/u);
  t.match(text, /"toCIDR":\["8\.8\.8\.8\/32"\],"toPorts":\[\{"ports":\[[^\]]*\],"rules":\{"dns"/u);
});
