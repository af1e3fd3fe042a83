import t from "tap";
import type { NetworkPolicySpec } from "../../src/cluster/objects.ts";
import { compilePolicies } from "../../src/policy/evaluate/evaluate.ts";
import type { AddressEnd, End, PodEnd } from "../../src/policy/evaluate/end.ts";
import { because } from "../../src/policy/evaluate/verdict.ts";

const cluster = {
  namespaceLabels: (name: string) => ({
    "kubernetes.io/metadata.name": name,
    ...(name === "bank" && { team: "money" }),
  }),
};

function pod(path: string, rest: Partial<PodEnd> = {}): PodEnd {
  const [namespace = "", name = ""] = path.split("/");
  const labels = { app: name };
  return { kind: "pod", namespace, name, labels, ips: [], node: "n1", hostNetwork: false, ports: [], ...rest };
}

function address(ip: string, node?: string): AddressEnd {
  return { kind: "address", ip, node };
}

const web = pod("shop/web", { ips: ["10.0.0.1", "fd00::1"] });
const db = pod("shop/db", {
  ips: ["10.0.0.2"],
  ports: [{ name: "sql", containerPort: 5432, protocol: "TCP" }],
});
const ledger = pod("bank/ledger", { ips: ["10.0.0.3"] });

/** One policy `shop/p` that selects db, asked about a connection to TCP 5432 of it unless told otherwise. */
function ask(spec: Omit<NetworkPolicySpec, "podSelector">, from: End = web, to: End = db, on = "TCP/5432"): boolean {
  const [protocol, port] = on.split("/") as ["TCP" | "UDP" | "SCTP", string];
  const policy = {
    metadata: { namespace: "shop", name: "p" },
    spec: { podSelector: { matchLabels: { app: "db" } }, ...spec },
  };
  const question = { from, to, port: Number(port), protocol };
  const compiled = compilePolicies([policy], cluster);
  const answer = compiled.isAllowed(question);
  if (compiled.decide(question).allowed !== answer) throw new Error("the two ways of asking disagree");
  return answer;
}

await t.test(
  "a pod that no policy selects is open, and a policy of another namespace selects none of its pods",
  async (t) => {
    t.equal(ask({}, db, web), true);
    t.equal(ask({ policyTypes: ["Ingress", "Egress"] }, web, pod("bank/db")), true);
  },
);

await t.test(
  "policyTypes: ingress is always meant, egress where there are rules for it, and what is said goes",
  async (t) => {
    t.equal(ask({}), false, "ingress without a word");
    t.equal(ask({}, db, web), true, "egress without rules");
    t.equal(ask({ egress: [] }, db, web), true, "an empty list is no rule");
    t.equal(ask({ egress: [{ to: [{ podSelector: {} }], ports: [{ port: 1 }] }] }, db, web), false, "a rule isolates");
    t.equal(ask({ egress: [{}] }), false, "and ingress all the same");
    t.equal(ask({ policyTypes: [] }), false, "an empty list says nothing");
    t.equal(ask({ policyTypes: ["Egress"] }), true, "only egress is isolated");
    t.equal(ask({ policyTypes: ["Egress"] }, db, web), false);
    t.equal(
      ask({ policyTypes: ["Ingress"], egress: [{ ports: [{ port: 1 }] }] }, db, web),
      true,
      "egress rules that do not count",
    );
  },
);

await t.test(
  "missing and empty lists of peers and ports restrict nothing, an empty list of rules everything",
  async (t) => {
    t.equal(ask({ ingress: [{}] }), true);
    t.equal(ask({ ingress: [{ from: [], ports: [] }] }, address("203.0.113.1"), db, "SCTP/9"), true);
    t.equal(ask({ ingress: [] }), false);
  },
);

await t.test(
  "peers: podSelector stays in the namespace, namespaceSelector takes whole ones, both together take both",
  async (t) => {
    const from = (peer: object, end: End) => ask({ ingress: [{ from: [peer] }] }, end);
    t.equal(from({ podSelector: {} }, web), true);
    t.equal(from({ podSelector: {} }, ledger), false);
    t.equal(from({ podSelector: {} }, address("10.0.0.1")), false);
    t.equal(from({ namespaceSelector: {} }, ledger), true);
    t.equal(from({ namespaceSelector: {} }, address("203.0.113.1")), false);
    t.equal(from({ namespaceSelector: { matchLabels: { team: "money" } } }, web), false);
    t.equal(
      from(
        { namespaceSelector: { matchLabels: { team: "money" } }, podSelector: { matchLabels: { app: "x" } } },
        ledger,
      ),
      false,
    );
    t.equal(
      from(
        { namespaceSelector: { matchLabels: { team: "money" } }, podSelector: { matchLabels: { app: "ledger" } } },
        ledger,
      ),
      true,
    );
    t.equal(
      ask(
        { ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: "money" } } }, { podSelector: {} }] }] },
        web,
      ),
      true,
      "two elements are either",
    );
  },
);

const takes = (operator: "In" | "NotIn" | "Exists" | "DoesNotExist", key: string, values?: string[]) =>
  ask({
    ingress: [{ from: [{ podSelector: { matchExpressions: [{ key, operator, ...(values && { values }) }] } }] }],
  });

await t.test("selector operators, also on keys that are not there", async (t) => {
  t.strictSame(
    [takes("In", "app", ["web", "x"]), takes("In", "app", ["x"]), takes("In", "no", ["web"])],
    [true, false, false],
  );
  t.strictSame(
    [takes("NotIn", "app", ["web"]), takes("NotIn", "app", ["x"]), takes("NotIn", "no", ["web"])],
    [false, true, true],
  );
  t.strictSame([takes("Exists", "app"), takes("Exists", "no")], [true, false]);
  t.strictSame(
    [takes("DoesNotExist", "app"), takes("DoesNotExist", "no"), takes("Exists", "constructor")],
    [false, true, false],
  );
});

const fromBlock = (cidr: string, except: string[], end: End) =>
  ask({ ingress: [{ from: [{ ipBlock: { cidr, except } }] }] }, end);

await t.test("ipBlock with exceptions, for IPv4 and IPv6, holds pods by their address too", async (t) => {
  t.equal(fromBlock("203.0.113.0/24", ["203.0.113.128/25"], address("203.0.113.127")), true);
  t.equal(fromBlock("203.0.113.0/24", ["203.0.113.128/25"], address("203.0.113.128")), false);
  t.equal(fromBlock("203.0.113.0/24", [], address("203.0.114.0")), false);
  t.equal(fromBlock("2001:db8::/33", ["2001:db8:1::/48"], address("2001:db8:2::1")), true);
  t.equal(fromBlock("2001:db8::/33", ["2001:db8:1::/48"], address("2001:db8:1::1")), false);
  t.equal(fromBlock("2001:db8::/33", [], address("2001:db8:8000::1")), false);
  t.equal(fromBlock("::/0", [], address("203.0.113.1")), false, "one family is not the other");
  t.equal(fromBlock("0.0.0.0/0", [], address("::ffff:203.0.113.1")), true, "mapped is IPv4");
  t.equal(fromBlock("10.0.0.1/32", [], web), true);
  t.equal(
    fromBlock("fd00::1/128", [], web),
    false,
    "of a dual-stack pod the address counts that the other end can speak to",
  );
});

const on = (ports: object[], asked: string) => ask({ ingress: [{ ports }] }, web, db, asked);

await t.test("ports by number, range and protocol, TCP where none is said", async (t) => {
  t.equal(on([{ port: 5432 }], "TCP/5432"), true);
  t.equal(on([{ port: 5432 }], "UDP/5432"), false);
  t.equal(on([{ protocol: "UDP" }], "UDP/9"), true);
  t.equal(on([{}], "TCP/9"), true);
  t.equal(on([{}], "SCTP/9"), false);
  t.strictSame(
    [99, 100, 200, 201].map((port) => on([{ port: 100, endPort: 200 }], `TCP/${port}`)),
    [false, true, true, false],
  );
});

await t.test("a named port is what the destination pod calls so, in its protocol", async (t) => {
  const rule = { ingress: [{ ports: [{ port: "sql" }] }] };
  t.equal(ask(rule), true);
  t.equal(ask(rule, web, db, "TCP/5433"), false);
  t.equal(ask(rule, web, db, "UDP/5432"), false);
  t.equal(ask({ ingress: [{ ports: [{ port: "sql", protocol: "UDP" }] }] }, web, db, "UDP/5432"), false);
  const out = { egress: [{ ports: [{ port: "sql" }] }] };
  const other = pod("bank/sql", { ports: [{ name: "sql", containerPort: 15432, protocol: "TCP" }] });
  t.equal(ask(out, db, other, "TCP/15432"), true, "another number on another pod");
  t.equal(ask(out, db, address("203.0.113.1"), "TCP/5432"), false, "no names outside of pods");
  t.equal(ask(out, db, { ...other, hostNetwork: true }, "TCP/15432"), false, "nor on a node's own address");
});

const policy = (name: string, app: string, spec: object) => ({
  metadata: { namespace: "shop", name },
  spec: { podSelector: { matchLabels: { app } }, ...spec },
});

await t.test("both ends must allow, and policies add up", async (t) => {
  const out = policy("out", "web", {
    policyTypes: ["Egress"],
    egress: [{ to: [{ podSelector: { matchLabels: { app: "db" } } }] }],
  });
  const shut = policy("shut", "db", { policyTypes: ["Ingress"] });
  const open = policy("open", "db", { ingress: [{ from: [{ podSelector: {} }] }] });
  const question = { from: web, to: db, port: 5432, protocol: "TCP" as const };
  const reasons = (...policies: (typeof out)[]) =>
    because(compilePolicies(policies, cluster).decide(question), question);
  t.strictSame(reasons(out), ["shop/out: egress[0]", "no policy selects shop/db for ingress"]);
  t.strictSame(reasons(out, shut), ["shop/shut does not allow ingress of shop/db from shop/web on TCP 5432"]);
  t.strictSame(reasons(out, shut, open), ["shop/out: egress[0]", "shop/open: ingress[0]"]);
  t.strictSame(
    reasons(policy("a", "web", { policyTypes: ["Egress"] }), policy("b", "web", { policyTypes: ["Egress"] }), shut),
    [
      "none of shop/a, shop/b allows egress of shop/web to shop/db on TCP 5432",
      "shop/shut does not allow ingress of shop/db from shop/web on TCP 5432",
    ],
  );
});

await t.test("a pod reaches itself, a node its own pods, and pods in the host network are their node", async (t) => {
  const shut: NetworkPolicySpec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
  const compiled = compilePolicies([{ metadata: { namespace: "shop", name: "shut" }, spec: shut }], cluster);
  const allowed = (from: End, to: End) => compiled.isAllowed({ from, to, port: 80, protocol: "TCP" });
  const agent = (node: string) => pod("kube-system/agent", { hostNetwork: true, node });
  t.equal(allowed(db, { ...db }), true);
  t.equal(allowed(address("192.168.0.1", "n1"), db), true);
  t.equal(allowed(address("192.168.0.2", "n2"), db), false);
  t.equal(allowed(address("192.168.0.1"), { ...db, node: undefined }), false, "unknown is not the same");
  t.equal(allowed(agent("n1"), db), true);
  t.equal(allowed(agent("n2"), db), false);
  t.equal(allowed(db, address("192.168.0.1", "n1")), false, "the way back needs a rule");
  t.equal(allowed(pod("shop/agent", { hostNetwork: true }), address("203.0.113.1")), true, "no policy applies to it");
  const fromNodes = { ingress: [{ from: [{ ipBlock: { cidr: "192.168.0.0/24" } }] }] };
  t.equal(ask(fromNodes, pod("kube-system/agent", { hostNetwork: true, node: "n2", ips: ["192.168.0.2"] })), true);
  const everyPod = { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }] };
  t.equal(ask(everyPod, agent("n2")), false, "and no selector finds it");
});

await t.test("what answers needs no rule: only who opens the connection is asked", async (t) => {
  const shut = { policyTypes: ["Ingress", "Egress"] as const };
  t.equal(ask({ ...shut, ingress: [{}] }), true, "db answers though it may not open anything");
  t.equal(ask({ ...shut, egress: [{}] }, db, web), true, "and is answered though nobody may connect to it");
});

await t.test("where no policy can apply, that is the reason", async (t) => {
  const question = { from: address("192.0.2.1"), to: address("192.0.2.2"), port: 1, protocol: "TCP" as const };
  t.strictSame(because(compilePolicies([], cluster).decide(question), question), [
    "192.0.2.1 is no pod: no policy applies to its egress",
    "192.0.2.2 is no pod: no policy applies to its ingress",
  ]);
});
