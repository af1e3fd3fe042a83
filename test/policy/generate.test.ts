import t from "tap";
import type { Edge } from "../../src/profile/edge.ts";
import { generatePolicies, generatePolicy } from "../../src/policy/generate.ts";
import type { GeneratorOptions } from "../../src/policy/options.ts";
import {
  clusterOf,
  COREDNS,
  deployment,
  DNS,
  documents,
  edge,
  external,
  host,
  profile,
  ref,
  service,
  settings,
  workload,
} from "./world.ts";

const SHOP = [
  COREDNS,
  deployment("shop/javaapp", { ips: ["10.0.1.1"], ports: [{ name: "http", containerPort: 8080 }] }),
  deployment("shop/db", { ips: ["10.0.1.2"] }),
  deployment("shop/web", { ips: ["10.0.1.3"] }),
  deployment("bank/ledger", { ips: ["10.0.2.1"] }),
].join("");

const DNS_RULE = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: [
    { protocol: "TCP", port: 53 },
    { protocol: "UDP", port: 53 },
  ],
};

function specOf(edges: readonly Edge[], options: GeneratorOptions = {}, extra = "") {
  return generatePolicy(profile("shop/javaapp", edges), clusterOf(SHOP + extra), settings(options)).policy?.spec;
}

function reviewOf(edges: readonly Edge[], options: GeneratorOptions = {}, extra = "") {
  return generatePolicy(profile("shop/javaapp", edges), clusterOf(SHOP + extra), settings(options)).review;
}

function leftOut(edges: readonly Edge[], options: GeneratorOptions = {}, extra = "") {
  return reviewOf(edges, options, extra).leftOut.map(({ edge: { id }, code }) => `${id}: ${code}`);
}

function codes(edges: readonly Edge[], options: GeneratorOptions = {}, extra = "") {
  return reviewOf(edges, options, extra).warnings.map(({ severity, code }) => `${severity} ${code}`);
}

await t.test(
  "a policy lets through what was seen, and DNS to the resolver that was asked, over UDP and TCP",
  async (t) => {
    const edges = [
      edge("ingress", workload("shop/web"), "TCP/8080"),
      edge("egress", workload("shop/db"), "TCP/5432"),
      DNS,
    ];
    t.strictSame(generatePolicy(profile("shop/javaapp", edges), clusterOf(SHOP), settings()).policy, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "javaapp", namespace: "shop", labels: { "app.kubernetes.io/managed-by": "weir" } },
      spec: {
        podSelector: { matchLabels: { app: "javaapp" } },
        policyTypes: ["Ingress", "Egress"],
        ingress: [
          { from: [{ podSelector: { matchLabels: { app: "web" } } }], ports: [{ protocol: "TCP", port: 8080 }] },
        ],
        egress: [
          { to: [{ podSelector: { matchLabels: { app: "db" } } }], ports: [{ protocol: "TCP", port: 5432 }] },
          DNS_RULE,
        ],
      },
    });
  },
);

await t.test("a peer in another namespace is one element with both selectors", async (t) => {
  t.strictSame(specOf([edge("egress", workload("bank/ledger"), "TCP/9000")], { directions: ["egress"] }), {
    podSelector: { matchLabels: { app: "javaapp" } },
    policyTypes: ["Egress"],
    egress: [
      {
        to: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "bank" } },
            podSelector: { matchLabels: { app: "ledger" } },
          },
        ],
        ports: [{ protocol: "TCP", port: 9000 }],
      },
    ],
  });
});

await t.test("ports are grouped by peer, and peers with the same ports stand in one rule", async (t) => {
  const edges = ["web", "db"].flatMap((name) =>
    ["TCP/9090", "TCP/80"].map((port) => edge("ingress", workload(`shop/${name}`), port)),
  );
  t.strictSame(specOf(edges, { directions: ["ingress"] })?.ingress, [
    {
      from: [{ podSelector: { matchLabels: { app: "db" } } }, { podSelector: { matchLabels: { app: "web" } } }],
      ports: [
        { protocol: "TCP", port: 80 },
        { protocol: "TCP", port: 9090 },
      ],
    },
  ]);
});

await t.test("past the limit ports become ranges, and the review counts the ports that nobody used", async (t) => {
  const edges = [80, 8000, 8001, 8003, 9000].map((port) => edge("egress", workload("shop/db"), `TCP/${port}`));
  const options: GeneratorOptions = { directions: ["egress"], maxPorts: 3 };
  t.strictSame(specOf(edges, options)?.egress?.[0]?.ports, [
    { protocol: "TCP", port: 80 },
    { protocol: "TCP", port: 8000, endPort: 8003 },
    { protocol: "TCP", port: 9000 },
  ]);
  t.match(reviewOf(edges, options).warnings, [
    {},
    { code: "ports-widened", message: "1 port never seen in the egress ranges of 1 peer" },
    {},
  ]);
});

await t.test(
  "outside addresses with a name are let through, others are held back until a switch says otherwise",
  async (t) => {
    const edges = [
      edge("egress", external("203.0.113.9", "api.example.com"), "TCP/443"),
      edge("egress", external("2001:db8::9", "api.example.com"), "TCP/443"),
      edge("egress", external("198.51.100.6"), "TCP/443"),
    ];
    t.strictSame(specOf(edges, { directions: ["egress"] })?.egress, [
      {
        to: [{ ipBlock: { cidr: "203.0.113.9/32" } }, { ipBlock: { cidr: "2001:db8::9/128" } }],
        ports: [{ protocol: "TCP", port: 443 }],
      },
    ]);
    t.strictSame(leftOut(edges), ["egress|external/198.51.100.6|TCP|443: unnamed-external"]);
    t.strictSame(leftOut(edges, { includeUnnamedExternal: true }), []);
    t.strictSame(leftOut(edges, { keep: ["external/198.51.100.6"] }), []);
    t.strictSame(leftOut(edges, { external: { mode: "none" } }).length, 3);
  },
);

await t.test("LDAP to the outside is held back even where a DNS answer led to it", async (t) => {
  const edges = [edge("egress", external("203.0.113.66", "evil.example"), "TCP/1389")];
  t.strictSame(leftOut(edges), ["egress|external/203.0.113.66|TCP|1389: suspicious"]);
  t.strictSame(leftOut(edges, { includeSuspicious: true }), []);
  t.ok(codes(edges, { includeSuspicious: true }).includes("critical suspicious"));
});

function outside(ip: string, port = "TCP/443") {
  return edge("egress", external(ip, "a.example"), port);
}

await t.test(
  "enough addresses become the narrowest network around them, clear of the cluster and of others",
  async (t) => {
    const edges = [
      ...["203.0.113.9", "203.0.113.10", "203.0.113.12", "203.0.113.14"].map((ip) => outside(ip)),
      ...["198.51.100.1", "198.51.100.2", "198.51.100.3"].map((ip) => outside(ip)),
      ...["10.0.1.200", "10.0.1.201", "10.0.1.202", "10.0.1.255"].map((ip) => outside(ip, "TCP/5432")),
      ...["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.130", "192.0.2.131"].map((ip) => outside(ip, "TCP/80")),
      edge("egress", external("192.0.2.66"), "TCP/80"),
    ];
    const cidrs = (options: GeneratorOptions["external"]) => {
      const rules =
        specOf(edges, { directions: ["egress"], external: { mode: "aggregate", ...options } })?.egress ?? [];
      return rules.map(({ to = [], ports = [] }) => [ports[0]?.port, ...to.map(({ ipBlock }) => ipBlock?.cidr)]);
    };
    t.strictSame(cidrs({}), [
      [5432, "10.0.1.192/26"],
      [80, "192.0.2.1/32", "192.0.2.2/32", "192.0.2.3/32", "192.0.2.130/32", "192.0.2.131/32"],
      [443, "198.51.100.1/32", "198.51.100.2/32", "198.51.100.3/32", "203.0.113.8/29"],
    ]);
    t.strictSame(cidrs({ leastAddresses: 2 }), [
      [5432, "10.0.1.192/26"],
      [80, "192.0.2.0/30", "192.0.2.130/31"],
      [443, "198.51.100.0/30", "203.0.113.8/29"],
    ]);
    t.strictSame(cidrs({ leastAddresses: 2, prefixLength: { ipv4: 31 } })[0], [
      5432,
      "10.0.1.200/31",
      "10.0.1.202/32",
      "10.0.1.255/32",
    ]);
    t.ok(codes(edges, { external: { mode: "aggregate" } }).includes("warning networks-widened"));
  },
);

await t.test("each mode of egress", async (t) => {
  const edges = [
    edge("egress", workload("shop/db"), "TCP/5432"),
    edge("egress", workload("bank/ledger"), "TCP/9000"),
    DNS,
  ];
  const egress = (options: GeneratorOptions) => specOf(edges, { directions: ["egress"], ...options })?.egress;
  t.strictSame(egress({ egress: "allow-all" }), [{}]);
  t.strictSame(egress({ egress: "allow-namespace" }), [DNS_RULE, { to: [{ podSelector: {} }] }]);
  t.strictSame(egress({ egress: "deny-all" }), []);
  t.strictSame(leftOut(edges, { egress: "allow-namespace" }), [
    "egress|workload/bank/Deployment/ledger|TCP|9000: mode",
  ]);
  t.strictSame(leftOut(edges, { egress: "deny-all" }).length, 3);
  t.strictSame(leftOut(edges, { egress: "allow-all" }), []);
});

await t.test(
  "extra CIDRs are let through whatever the mode, and make a learned rule within them needless",
  async (t) => {
    const edges = [edge("egress", external("203.0.113.9", "api.example.com"), "TCP/443")];
    const egressCidrs = [{ cidr: "203.0.113.0/24", ports: [{ port: 443 }] }, { cidr: "2001:db8::/32" }];
    const spec = {
      policyTypes: ["Egress"],
      egress: [
        { to: [{ ipBlock: { cidr: "203.0.113.0/24" } }], ports: [{ protocol: "TCP", port: 443 }] },
        { to: [{ ipBlock: { cidr: "2001:db8::/32" } }] },
      ],
    };
    for (const egress of ["learned", "deny-all"] as const) {
      t.match(specOf(edges, { directions: ["egress"], egress, egressCidrs }), spec);
      t.strictSame(leftOut(edges, { directions: ["egress"], egress, egressCidrs }), []);
    }
  },
);

await t.test("a pod isolated in one direction is not isolated in the other unasked", async (t) => {
  const edges = [edge("ingress", workload("shop/web"), "TCP/8080"), edge("egress", workload("shop/db"), "TCP/5432")];
  const { review, policy } = generatePolicy(
    profile("shop/javaapp", edges),
    clusterOf(SHOP),
    settings({ directions: ["egress"] }),
  );
  t.strictSame(policy?.spec.policyTypes, ["Egress"]);
  t.notOk("ingress" in (policy?.spec ?? {}));
  t.strictSame(
    review.passed.map(({ edge: { direction }, by }) => ({ direction, by })),
    [
      { direction: "egress", by: ["shop/javaapp: egress[0]", "no policy selects shop/db-0 for ingress"] },
      {
        direction: "ingress",
        by: ["no policy selects shop/web-0 for egress", "no policy selects shop/javaapp-0 for ingress"],
      },
    ],
  );
});

await t.test("edges without a usable peer are left out one by one, each with its reason", async (t) => {
  const edges = [
    edge("egress", workload("shop/gone"), "TCP/80"),
    edge("egress", workload("shop/nolabels", "Pod"), "TCP/80"),
    edge("egress", { type: "unresolved", ip: "10.0.9.9", reason: "no pod has it" }, "TCP/80"),
    edge("egress", workload("shop/db"), "TCP/0"),
    edge("egress", workload("shop/web"), "TCP/81", { outcomes: { "half-open": 3 } }),
    edge("egress", workload("shop/db"), "TCP/5432"),
  ];
  const bare = documents({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "shop", name: "nolabels" },
    spec: { nodeName: "n0" },
    status: { phase: "Running", podIP: "10.0.1.9" },
  });
  t.strictSame(
    reviewOf(edges, {}, bare).leftOut.map(({ reason }) => reason),
    [
      "nobody knows who 10.0.9.9 was: no pod has it",
      "the port behind the Service is not known yet",
      "Deployment shop/gone is not in the cluster any more, so nothing tells its labels",
      "no connection of it was established",
      "Pod shop/nolabels: its pods bear no label that lasts, and an empty selector would take in the whole namespace",
    ],
  );
  t.strictSame(specOf(edges, { directions: ["egress"] }, bare)?.egress?.length, 1);
});

await t.test("the pod's own node needs no rule, another node's address gets one", async (t) => {
  const edges = [
    edge("ingress", host("192.168.0.10", "n0"), "TCP/8080"),
    edge("ingress", host("192.168.0.11", "n1"), "TCP/8080"),
  ];
  const { review, policy } = generatePolicy(
    profile("shop/javaapp", edges),
    clusterOf(SHOP),
    settings({ directions: ["ingress"] }),
  );
  t.strictSame(policy?.spec.ingress, [
    { from: [{ ipBlock: { cidr: "192.168.0.11/32" } }], ports: [{ protocol: "TCP", port: 8080 }] },
  ]);
  t.strictSame(
    review.passed.map(({ edge: { id }, by }) => [id, by]),
    [
      ["ingress|host/192.168.0.10|TCP|8080", ["a node may always reach its own pods: shop/javaapp-0 runs there"]],
      ["ingress|host/192.168.0.11|TCP|8080", ["shop/javaapp: ingress[0]"]],
    ],
  );
});

await t.test("a LoadBalancer's source ranges bound who may come to its port", async (t) => {
  const balancer = service("shop/javaapp", {
    type: "LoadBalancer",
    selector: { app: "javaapp" },
    loadBalancerSourceRanges: ["198.51.100.0/24"],
    ports: [{ port: 80, targetPort: 8080 }],
  });
  const edges = [edge("ingress", external("198.51.100.7"), "TCP/8080")];
  t.strictSame(specOf(edges, { directions: ["ingress"] }, balancer)?.ingress, [
    { from: [{ ipBlock: { cidr: "198.51.100.0/24" } }], ports: [{ protocol: "TCP", port: 8080 }] },
  ]);
});

await t.test(
  "a port that a NodePort Service publishes stays open to every address, not to the nodes seen",
  async (t) => {
    const nodePort = service("shop/javaapp", {
      type: "NodePort",
      selector: { app: "javaapp" },
      ports: [{ port: 80, targetPort: "http", nodePort: 30080 }],
    });
    const edges = [
      edge("ingress", host("192.168.0.11", "n1"), "TCP/8080"),
      edge("ingress", external("198.51.100.7"), "TCP/8080"),
      edge("ingress", external("198.51.100.7"), "TCP/9090"),
    ];
    t.strictSame(specOf(edges, { directions: ["ingress"] }, nodePort)?.ingress, [
      { from: [{ ipBlock: { cidr: "198.51.100.7/32" } }], ports: [{ protocol: "TCP", port: 9090 }] },
      { from: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ protocol: "TCP", port: 8080 }] },
    ]);
    t.ok(codes(edges, {}, nodePort).includes("warning open-to-all"));
    t.strictSame(specOf(edges, { directions: ["ingress"], publishedPorts: "observed" }, nodePort)?.ingress, [
      { from: [{ ipBlock: { cidr: "192.168.0.11/32" } }], ports: [{ protocol: "TCP", port: 8080 }] },
      {
        from: [{ ipBlock: { cidr: "198.51.100.7/32" } }],
        ports: [
          { protocol: "TCP", port: 8080 },
          { protocol: "TCP", port: 9090 },
        ],
      },
    ]);
  },
);

await t.test(
  "NodeLocal DNSCache is an address, and a resolver outside counts only where there is no other",
  async (t) => {
    const local = edge("egress", host("169.254.20.10"), "UDP/53");
    const google = edge("egress", external("8.8.8.8"), "UDP/53");
    const ports = DNS_RULE.ports;
    t.strictSame(specOf([local], { directions: ["egress"] })?.egress, [
      { to: [{ ipBlock: { cidr: "169.254.20.10/32" } }], ports },
    ]);
    t.strictSame(leftOut([local, google]), ["egress|external/8.8.8.8|UDP|53: unnamed-external"]);
    t.strictSame(specOf([google], { directions: ["egress"] })?.egress, [
      { to: [{ ipBlock: { cidr: "8.8.8.8/32" } }], ports },
    ]);
    t.ok(codes([google]).includes("warning dns-outside"));
    t.ok(codes([edge("egress", workload("shop/db"), "TCP/5432")]).includes("warning no-dns"));
  },
);

await t.test("a resolver that listens on a port of its own is known by its Service", async (t) => {
  const openshift =
    deployment("openshift-dns/dns", { ips: ["10.0.3.1"] }) +
    service("openshift-dns/dns-default", {
      selector: { app: "dns" },
      ports: [{ name: "dns", port: 53, targetPort: 5353, protocol: "UDP" }],
    });
  const edges = [edge("egress", workload("openshift-dns/dns"), "UDP/5353")];
  t.strictSame(specOf(edges, { directions: ["egress"] }, openshift)?.egress?.[0]?.ports, [
    { protocol: "TCP", port: 5353 },
    { protocol: "UDP", port: 5353 },
  ]);
});

await t.test("SCTP is expressed", async (t) => {
  const edges = [edge("egress", workload("shop/db"), "SCTP/3868")];
  t.strictSame(specOf(edges, { directions: ["egress"] })?.egress?.[0]?.ports, [{ protocol: "SCTP", port: 3868 }]);
});

await t.test("pods of one workload that talk among themselves need a rule", async (t) => {
  const edges = (["ingress", "egress"] as const).map((direction) =>
    edge(direction, workload("shop/javaapp"), "TCP/7800"),
  );
  const rule = [{ podSelector: { matchLabels: { app: "javaapp" } } }];
  t.match(specOf(edges), { ingress: [{ from: rule }], egress: [{ to: rule }] });
  t.strictSame(leftOut(edges), []);
});

await t.test("edges may be left out by name, by age and by count", async (t) => {
  const old = edge("egress", workload("shop/db"), "TCP/5432", { lastSeen: "2026-03-02T09:00:00Z" });
  const rare = edge("egress", workload("shop/web"), "TCP/80", { connections: 1 });
  t.strictSame(leftOut([old, rare], { since: "2026-03-02T10:00:00Z" }), [
    "egress|workload/shop/Deployment/db|TCP|5432: too-old",
  ]);
  t.strictSame(leftOut([old, rare], { leastConnections: 2 }), ["egress|workload/shop/Deployment/web|TCP|80: too-few"]);
  t.strictSame(leftOut([old, rare], { leaveOut: ["workload/shop/Deployment/db"] }), [
    "egress|workload/shop/Deployment/db|TCP|5432: excluded",
  ]);
  const keep = ["egress|workload/shop/Deployment/db|TCP|5432", "workload/shop/Deployment/web"];
  t.strictSame(leftOut([old, rare], { since: "2026-03-02T10:00:00Z", leastConnections: 2, keep }), []);
});

await t.test("no policy is written where none can be right, and the reason is told", async (t) => {
  const edges = [edge("egress", workload("shop/db"), "TCP/5432")];
  const withheld = (path: string, own: Parameters<typeof profile>[2], cluster: string, given = edges) =>
    generatePolicy(profile(path, given, own), clusterOf(SHOP + cluster), settings()).review.withheld;
  const onHost = documents({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "shop", name: "agent", labels: { app: "agent" } },
    spec: { nodeName: "n0", hostNetwork: true },
    status: { phase: "Running", podIP: "192.168.0.10", hostIP: "192.168.0.10" },
  });
  t.strictSame(withheld("shop/javaapp", {}, "", []), { code: "nothing-observed", reason: "nothing observed" });
  t.match(withheld("shop/agent", { workload: ref("shop/agent", "Pod") }, onHost), { code: "host-network" });
  t.match(withheld("shop/nobody", { selector: null }, ""), { code: "no-selector" });
  t.match(withheld("shop/nobody", { selector: { matchLabels: {} } }, ""), { code: "no-selector" });
});

await t.test("who asks for deny-all gets it without any traffic", async (t) => {
  t.strictSame(specOf([], { ingress: "deny-all", egress: "deny-all" }), {
    podSelector: { matchLabels: { app: "javaapp" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: [],
  });
});

await t.test("of many, system namespaces are left out unless asked for, and namesakes keep apart", async (t) => {
  const set = documents({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { namespace: "shop", name: "db", uid: "set" },
    spec: { selector: { matchLabels: { app: "dbset" } } },
  });
  const profiles = [
    profile("shop/db", [edge("ingress", workload("shop/web"), "TCP/5432")]),
    profile("shop/db", [edge("ingress", workload("shop/web"), "TCP/5433")], {
      workload: ref("shop/db", "StatefulSet"),
      selector: { matchLabels: { app: "dbset" } },
    }),
    profile("kube-system/coredns", [edge("ingress", workload("shop/web"), "UDP/53")], {
      selector: { matchLabels: { "k8s-app": "kube-dns" } },
    }),
  ];
  const names = (options: GeneratorOptions) =>
    generatePolicies(profiles, clusterOf(SHOP + set), settings(options)).map(({ review }) => review.policy);
  t.strictSame(names({}), ["shop/db-deployment", "shop/db-statefulset"]);
  t.strictSame(names({ includeSystemNamespaces: true, name: "weir-{kind}-{name}" }), [
    "kube-system/weir-deployment-coredns",
    "shop/weir-deployment-db",
    "shop/weir-statefulset-db",
  ]);
});

await t.test("labels of your own go on the policy", async (t) => {
  const edges = [edge("egress", workload("shop/db"), "TCP/5432")];
  const { policy } = generatePolicy(
    profile("shop/javaapp", edges),
    clusterOf(SHOP),
    settings({ labels: { team: "a" } }),
  );
  t.strictSame(policy?.metadata.labels, { "app.kubernetes.io/managed-by": "weir", team: "a" });
});
