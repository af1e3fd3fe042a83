import t from "tap";
import type { Edge } from "../../src/profile/edge.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { generatePolicy } from "../../src/policy/generate.ts";
import {
  clusterOf,
  COREDNS,
  deployment,
  DNS,
  edge,
  external,
  host,
  profile,
  service,
  settings,
  workload,
} from "./world.ts";

const WEB = { ips: ["10.0.1.1"], ports: [{ containerPort: 8080 }] };

/** What is said of odd edges of shop/javaapp, which declares 8080 and calls shop/db, which declares nothing. */
function said(edges: readonly Edge[], extra = "", own: Partial<Profile> = {}): readonly string[] {
  const cluster = clusterOf(
    COREDNS + deployment("shop/javaapp", WEB) + deployment("shop/db", { ips: ["10.0.1.3"] }) + extra,
  );
  const { warnings } = generatePolicy(profile("shop/javaapp", [DNS, ...edges], own), cluster, settings()).review;
  return warnings
    .filter(({ code }) => code === "undeclared-port" || code === "late-and-once")
    .map(({ message }) => message);
}

const from = (port: string, rest: Partial<Edge> = {}) => edge("ingress", workload("shop/db"), port, rest);
const to = (port: string, rest: Partial<Edge> = {}) => edge("egress", workload("shop/db"), port, rest);
const LATE = { connections: 1, firstSeen: "2026-03-02T11:59:00Z", lastSeen: "2026-03-02T11:59:00Z" };

await t.test("a port that no container declares and no Service leads to is pointed at, in one line", async (t) => {
  t.strictSame(said([from("TCP/8080")]), []);
  t.strictSame(said([from("TCP/4444"), from("UDP/8080")]), [
    "ingress on TCP 4444, UDP 8080: none of the containers there declares that, and no Service leads to it",
  ]);
  const many = Array.from({ length: 9 }, (_, at) => from(`TCP/${5000 + at}`));
  t.match(said(many), [/^ingress on TCP 5000, .*TCP 5004 and 4 others: /u]);
});

await t.test("a Service's target port is declared by the Service", async (t) => {
  const behind = service("shop/javaapp", { selector: { app: "javaapp" }, ports: [{ port: 80, targetPort: 4444 }] });
  t.strictSame(said([from("TCP/4444")], behind), []);
});

await t.test("a workload that declares nothing at all says nothing by it", async (t) => {
  t.strictSame(said([to("TCP/4444")]), []);
  const behind = service("shop/db", { selector: { app: "db" }, ports: [{ port: 5432 }] });
  t.strictSame(said([to("TCP/5432")], behind), []);
  t.match(said([to("TCP/4444")], behind), [/^egress to shop\/db on TCP 4444: /u], "unless a Service declares for it");
});

await t.test(
  "a peer whose pods are gone, the own node's probes and what is left out are no reason to warn",
  async (t) => {
    t.strictSame(said([edge("egress", workload("shop/gone"), "TCP/4444")]), []);
    const probe = edge("ingress", host("192.168.0.10", "n0"), "TCP/4444");
    t.strictSame(said([probe]), []);
  },
);

await t.test("an edge inside that came late and once is pointed at where the profile had settled", async (t) => {
  const once = [/^egress to shop\/db on TCP 5432 came late, 2026-03-02T11:59:00Z, and once$/u];
  t.match(said([to("TCP/5432", LATE)]), once);
  t.match(
    said([to("TCP/5432", { ...LATE, connections: 40, lastSeen: "2026-03-02T11:59:30Z" })]),
    once,
    "a burst is once",
  );
  t.strictSame(said([to("TCP/5432", LATE)], "", { learned: { word: "learning", chanceOfNew: 0.4 } }), []);
});

await t.test("what came early, or again, or from outside is none of those", async (t) => {
  t.strictSame(
    said([to("TCP/5432", { ...LATE, firstSeen: "2026-03-02T08:00:00Z", lastSeen: "2026-03-02T08:00:00Z" })]),
    [],
  );
  t.strictSame(said([to("TCP/5432", { ...LATE, occasions: 2, connections: 2 })]), []);
  t.strictSame(said([edge("ingress", external("203.0.113.4"), "TCP/8080", LATE)]), []);
});
