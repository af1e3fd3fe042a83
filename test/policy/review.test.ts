import t from "tap";
import { Value } from "typebox/value";
import type { Edge } from "../../src/profile/edge.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { generatePolicies, generatePolicy } from "../../src/policy/generate.ts";
import type { GeneratorOptions } from "../../src/policy/options.ts";
import { type Review, ReviewSchema } from "../../src/policy/review/review-shape.ts";
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
  settings,
  workload,
} from "./world.ts";

const SHOP = [
  COREDNS,
  deployment("shop/javaapp", { ips: ["10.0.1.1", "10.0.1.2"] }),
  deployment("shop/db", { ips: ["10.0.1.3"], ports: [{ name: "sql", containerPort: 5432 }] }),
  deployment("bank/ledger", { ips: ["10.0.2.1"] }),
].join("");
const DB = edge("egress", workload("shop/db"), "TCP/5432");
const LEDGER = edge("egress", workload("bank/ledger"), "TCP/9000");

function review(
  edges: readonly Edge[],
  {
    existing = "",
    options = {},
    own = {},
  }: { existing?: string; options?: GeneratorOptions; own?: Partial<Profile> } = {},
): Review {
  return generatePolicy(profile("shop/javaapp", edges, own), clusterOf(SHOP + existing), settings(options)).review;
}

function messages({ warnings }: Review): readonly string[] {
  return warnings
    .filter(({ code }) => code !== "window")
    .map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
}

await t.test("a partial view is the first thing said, and losses, haste and doubt follow", async (t) => {
  const own: Partial<Profile> = {
    nodes: { seen: 1, expected: 3 },
    overflowed: 2,
    learned: { word: "learning", chanceOfNew: 0.4567 },
    failed: [edge("egress", external("203.0.113.1"), "TCP/25", { outcomes: { refused: 1 } })],
  };
  const observed = { ...profile("shop/javaapp", []).observed, dropped: 1 };
  const edges = [DNS, { ...DB, outcomes: { inferred: 4 } }, { ...LEDGER, resolution: "endpoints" as const }];
  t.strictSame(messages(review(edges, { own: { ...own, observed } })), [
    "critical partial-view: only 1 of the 3 nodes that run its pods have told what they saw",
    "warning dropped-packets: the kernel dropped 1 packet: connections may be missing",
    "warning edges-overflowed: 2 edges found no room in the profile, and no rule here",
    "warning not-learned: still learning: the next connection is a new one with a chance of up to 45.7 %",
    "warning no-ingress: no ingress was seen: all of it, but for its own node's, is refused",
    "info short-watch: watched for less than a week: what comes once a week may not have come",
    "info inferred-edges: 1 edge older than the capture, its direction inferred",
    "info assumed-backends: 1 edge seen at a Service's address only, its backends taken from the API",
    "info failed-attempts: 1 edge of failed attempts alone: no rule is made for it",
  ]);
});

const at = (ip: string, firstSeen: string) => edge("egress", external(ip, "x.example"), "TCP/443", { firstSeen });

await t.test("a week in which nobody watched for a day is no week watched", async (t) => {
  const losses = { sampledOut: 0, overflowed: 0, evicted: 0, restarts: 1, unwatchedSeconds: 86_400 };
  const week = {
    ...profile("shop/javaapp", []).observed,
    since: "2026-03-02T00:00:00Z",
    until: "2026-03-09T12:00:00Z",
  };
  const learned = { word: "settling", chanceOfNew: 0.04 } as const;
  const isShort = (observed: Profile["observed"]): boolean =>
    review([DB], { own: { observed, learned } }).warnings.some(({ code }) => code === "short-watch");
  t.notOk(isShort(week));
  t.ok(isShort({ ...week, losses }));
});

await t.test("what can't have been seen is said beside the chance that it raised", async (t) => {
  const learned = { word: "learning", chanceOfNew: 0.5, lostShare: 0.301 } as const;
  const said = messages(review([DB, DNS], { own: { learned } }));
  t.match(said, [/with a chance of up to 50 %; 30\.1 % of what happened can't have been seen$/u]);
});

await t.test("what was sampled, what had no room, and when nobody watched stands in the review", async (t) => {
  const losses = { sampledOut: 9, overflowed: 0, evicted: 1, restarts: 1, unwatchedSeconds: 60 };
  const older = { conntrack: "none" as const, connections: 0, listenedSeconds: 30, cutShort: 0 };
  const made = review([DB, DNS], { own: { observed: { ...profile("shop/javaapp", []).observed, losses, older } } });
  t.match(messages(made), [
    "warning sampled: 9 packets were over the budget and left out: connections may be missing",
    "warning evicted: there was no room for 1 connection: connections may be missing",
    "warning unwatched: nobody watched for 60 seconds: connections may be missing",
  ]);
  t.match(made.warnings.find(({ code }) => code === "window")?.message, /\(what spoke in 30 seconds of listening\)/u);
});

await t.test("new destinations outside come first, the newest before all", async (t) => {
  const edges = [DB, at("203.0.113.1", "2026-03-02T08:00:00Z"), DNS, at("203.0.113.2", "2026-03-02T11:00:00Z")];
  t.strictSame(
    review(edges).passed.map(({ edge: { id } }) => id),
    [
      "egress|external/203.0.113.2|TCP|443",
      "egress|external/203.0.113.1|TCP|443",
      "egress|workload/kube-system/Deployment/coredns|UDP|53",
      "egress|workload/shop/Deployment/db|TCP|5432",
    ],
  );
});

function databaseWarnings(ip: string, port: string): readonly string[] {
  const made = review([DNS, edge("egress", external(ip, "db.example"), port)]);
  return messages(made).filter((text) => text.includes("database"));
}

await t.test("a database at a public address passes by its name, and is pointed at", async (t) => {
  const said = databaseWarnings("203.0.113.5", "TCP/5432");
  t.match(said, [/^warning database-outside: .* passes: PostgreSQL to an address outside$/u]);
  t.strictSame(databaseWarnings("203.0.113.5", "TCP/443"), []);
  t.strictSame(databaseWarnings("172.31.0.5", "TCP/5432"), [], "next door is none");
});

await t.test("an edge outside that came late and once is pointed at", async (t) => {
  const late = edge("egress", external("203.0.113.1", "x.example"), "TCP/443", {
    connections: 1,
    firstSeen: "2026-03-02T11:59:00Z",
  });
  t.ok(
    messages(review([DNS, late])).includes(
      "warning late-and-once: egress to 203.0.113.1 (x.example) on TCP 443 came late, 2026-03-02T11:59:00Z, and once",
    ),
  );
});

await t.test("an existing policy at the other end that refuses what was seen is found and named", async (t) => {
  const existing = networkPolicy("bank/closed", { podSelector: {}, policyTypes: ["Ingress"] });
  const found = review([DNS, DB, LEDGER], { existing });
  t.match(found.leftOut, [
    {
      code: "refused-at-other-end",
      reason: "bank/closed does not allow ingress of bank/ledger-0 from shop/javaapp-0 on TCP 9000",
      allowedAnyway: [],
    },
  ]);
  t.match(found.rules[1], { name: "shop/javaapp: egress[1]", needed: true }, "its rule stays");
});

await t.test("an existing policy by port name lets through what the pod calls so", async (t) => {
  const existing = networkPolicy("shop/db", {
    podSelector: { matchLabels: { app: "db" } },
    ingress: [{ ports: [{ port: "sql" }] }],
  });
  t.strictSame(
    review([DB], { existing, options: { directions: ["egress"] } }).passed.map(({ by }) => by),
    [["shop/javaapp: egress[0]", "shop/db: ingress[0]"]],
  );
});

await t.test(
  "in a direction that the policy leaves alone, an existing one may still refuse what was seen",
  async (t) => {
    const existing = networkPolicy("shop/closed", { podSelector: {}, policyTypes: ["Ingress"] });
    const edges = [edge("ingress", workload("bank/ledger"), "TCP/8080"), LEDGER];
    t.match(review(edges, { existing, options: { directions: ["egress"] } }).leftOut, [
      { edge: { direction: "ingress" }, code: "refused-by-existing" },
    ]);
  },
);

await t.test("what existing policies allow beyond the new one is listed, line by line", async (t) => {
  const existing =
    networkPolicy("shop/legacy", {
      podSelector: { matchLabels: { app: "javaapp" } },
      policyTypes: ["Egress"],
      egress: [
        { to: [{ podSelector: { matchLabels: { app: "db" } } }], ports: [{ port: 5432 }] },
        {
          to: [{ namespaceSelector: {} }, { ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }],
          ports: [{ port: 1, endPort: 9 }],
        },
      ],
    }) + networkPolicy("shop/unrelated", { podSelector: { matchLabels: { app: "db" } }, egress: [{}] });
  t.strictSame(review([DNS, DB], { existing }).existing, [
    {
      policy: "shop/legacy",
      directions: ["egress"],
      allowsBeyond: [
        "egress to every pod of every namespace on TCP 1-9",
        "egress to 10.0.0.0/8 except 10.1.0.0/16 on TCP 1-9",
      ],
    },
  ]);
});

await t.test("an old allow-all undoes the new policy, and what was left out passes all the same", async (t) => {
  const existing = networkPolicy("shop/open", { podSelector: {}, policyTypes: ["Egress"], egress: [{}] });
  const found = review([DNS, edge("egress", external("203.0.113.66"), "TCP/1389")], { existing });
  t.match(found.leftOut, [{ code: "suspicious", allowedAnyway: ["shop/open: egress[0]"] }]);
  t.equal(
    messages(found)[0],
    "critical undone-by-existing: shop/open undoes it: it lets through egress to everybody on every port",
  );
});

await t.test("the policy of the same name is compared, and can be put back", async (t) => {
  const spec = {
    podSelector: { matchLabels: { app: "javaapp" } },
    policyTypes: ["Egress"],
    egress: [{ to: [{ podSelector: {} }] }],
  };
  const found = review([DB], { existing: networkPolicy("shop/javaapp", spec), options: { directions: ["egress"] } });
  t.strictSame(found.replaces, {
    policy: "shop/javaapp",
    isByWeir: false,
    changes: [
      "- egress to every pod of the same namespace on every port",
      "+ egress to pods app=db of the same namespace on TCP 5432",
    ],
  });
  t.match(found.undo, { action: "restore", policy: { metadata: { name: "javaapp", namespace: "shop" }, spec } });
  t.match(found.existing, [], "it is not beside the new one, but replaced");
  t.match(review([DB]).undo, { action: "delete", policy: { kind: "NetworkPolicy", metadata: { name: "javaapp" } } });
});

await t.test("rules are told with their origin, and option and DNS rules apart from what was learned", async (t) => {
  const edges = [DNS, DB, edge("ingress", host("192.168.0.12", "n2"), "TCP/8080")];
  const { rules } = review(edges, { options: { egressCidrs: [{ cidr: "192.0.2.0/24" }] } });
  t.strictSame(
    rules.map(({ name, origin, needed }) => [name, origin, needed]),
    [
      ["shop/javaapp: ingress[0]", "learned", true],
      ["shop/javaapp: egress[0]", "learned", true],
      ["shop/javaapp: egress[1]", "dns", true],
      ["shop/javaapp: egress[2]", "option", false],
    ],
  );
});

await t.test("a selector that takes in other workloads is told, one's own and a peer's", async (t) => {
  const existing =
    deployment("shop/twin", { labels: { app: "javaapp" } }) + deployment("shop/db2", { labels: { app: "db" } });
  const found = messages(review([DB], { existing }));
  t.ok(found.includes("warning selector-problem: its selector: it also selects Deployment/twin"));
  t.ok(
    found.includes(
      "warning peer-selector-problem: the selector of its peer Deployment shop/db: it also selects Deployment/db2",
    ),
  );
});

await t.test("policies generated together are reviewed together", async (t) => {
  const profiles = [
    profile("shop/javaapp", [DB]),
    profile("shop/db", [edge("ingress", workload("bank/ledger"), "TCP/5432", { pods: ["db-0"] })]),
  ];
  const [, java] = generatePolicies(profiles, clusterOf(SHOP), settings());
  t.match(java?.review.leftOut, [{ code: "refused-at-other-end", reason: /^shop\/db does not allow ingress/ }]);
});

await t.test("every review has the shape that HTTP promises", async (t) => {
  const existing =
    networkPolicy("shop/javaapp", { podSelector: {} }) + networkPolicy("shop/open", { podSelector: {}, egress: [{}] });
  const edges = [DNS, DB, LEDGER, edge("egress", { type: "unresolved", ip: "10.0.9.9", reason: "x" }, "TCP/1")];
  for (const one of [review(edges, { existing }), review([]), review([edge("ingress", host("192.168.0.12"), "TCP/1")])])
    t.strictSame([...Value.Errors(ReviewSchema, JSON.parse(JSON.stringify(one)))], []);
});
