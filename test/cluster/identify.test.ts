import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import t from "tap";
import { ClusterState } from "../../src/cluster/cluster-state.ts";
import type { HistorySettings } from "../../src/cluster/address/history-settings.ts";
import { parseCidr } from "../../src/cluster/address/address-ranges.ts";
import { parseClusterText } from "../../src/cluster/file/parse-cluster-text.ts";
import { clock, node, pod, podOf, read, service, us, type PodOptions } from "./builders.ts";

type Json = ReturnType<typeof pod>;

function stateOf(objects: readonly Json[], settings?: Partial<HistorySettings>): ClusterState {
  const state = new ClusterState(settings);
  state.replace(read(...objects), us("12:00:00"));
  return state;
}

/** `pod web-abc-1 of Deployment/web`, `host node-1`, `external`, or the reason. */
function who(state: ClusterState, ip: string, time = "12:00:00"): string {
  const identity = state.identify(ip, us(time));
  switch (identity.kind) {
    case "pod":
      return `pod ${identity.pod} of ${identity.workload.kind}/${identity.workload.name}`;
    case "host":
      return `host ${identity.node ?? "unknown"}`;
    case "external":
      return "external";
    case "unresolved":
      return identity.reason;
  }
}

await t.test("every address of a cluster as kubectl prints it has its name", async (t) => {
  const state = new ClusterState();
  const text = readFileSync(new URL("files/shop.yaml", import.meta.url), "utf8");
  state.replace(parseClusterText(text, "shop.yaml"), us("12:00:00"));
  t.same(state.identify("10.244.1.20", us("10:00:00")), {
    kind: "pod",
    workload: { namespace: "shop", kind: "StatefulSet", name: "db" },
    pod: "db-0",
    node: "node-1",
  });
  t.same(
    ["10.244.1.5", "10.244.1.2", "10.244.2.31", "192.168.56.12", "10.244.1.9", "10.96.0.10", "192.168.56.1"].map((ip) =>
      who(state, ip, "10:00:00"),
    ),
    [
      "pod web-6d4cf56db6-8x2kq of Deployment/web",
      "pod coredns-76f75df574-k5hxn of Deployment/coredns",
      "pod debug of Pod/debug",
      "host node-2",
      "in the cluster's pod range, but no known pod has had it",
      "the address of Service kube-system/kube-dns, not a pod's",
      "external",
    ],
  );
});

await t.test("a reused address is the pod's that held it at packet time", async (t) => {
  const state = stateOf([
    pod("old", { ip: "10.0.0.1", start: "10:00:00", end: "10:05:00", phase: "Succeeded" }),
    pod("new", { ip: "10.0.0.1", start: "10:05:01" }),
  ]);
  t.same(
    ["10:00:00", "10:05:00", "10:05:02", "11:00:00"].map((time) => who(state, "10.0.0.1", time)),
    ["pod old of Pod/old", "pod old of Pod/old", "pod new of Pod/new", "pod new of Pod/new"],
  );
});

await t.test(
  "times are told in whole seconds, so within the second of an end and a start nobody is named",
  async (t) => {
    const state = stateOf([
      pod("old", { ip: "10.0.0.1", start: "10:00:00", end: "10:05:00", phase: "Succeeded" }),
      pod("new", { ip: "10.0.0.1", start: "10:05:00" }),
    ]);
    t.match(who(state, "10.0.0.1", "10:05:00.500"), /^ambiguous/);
    t.equal(who(state, "10.0.0.1", "10:05:01.001"), "pod new of Pod/new");
  },
);

await t.test("a pod that started after the connection did not have the address then", async (t) => {
  const state = stateOf([pod("web", { ip: "10.0.0.1", start: "10:00:00" })]);
  t.equal(
    who(state, "10.0.0.1", "09:59:57"),
    `pod shop/web has this address, but only since ${clock("10:00:00").replace("Z", ".000Z")}, after the connection began`,
  );
  t.equal(who(state, "10.0.0.1", "09:59:58"), "pod web of Pod/web", "clocks differ by up to two seconds");
});

await t.test("a pod of which no time is told was always there; without a start its creation counts", async (t) => {
  const state = stateOf([pod("always", { ip: "10.0.0.1" }), pod("created", { ip: "10.0.0.2", created: "10:00:00" })]);
  t.equal(who(state, "10.0.0.1", "00:00:00"), "pod always of Pod/always");
  t.match(who(state, "10.0.0.2", "09:00:00"), /only since/);
  t.equal(who(state, "10.0.0.2", "10:00:00"), "pod created of Pod/created");
});

await t.test("a completed or failed pod holds no address after its end", async (t) => {
  const state = stateOf([
    pod("done", { ip: "10.0.0.1", start: "10:00:00", end: "10:05:00", phase: "Succeeded" }),
    pod("lost", { ip: "10.0.0.2", start: "10:00:00", phase: "Failed" }),
  ]);
  t.equal(who(state, "10.0.0.1", "10:05:05"), "pod done of Pod/done", "a short grace");
  t.match(who(state, "10.0.0.1", "10:06:00"), /^pod shop\/done had this address, but only until/);
  t.match(who(state, "10.0.0.2", "10:00:00"), /nobody known has/, "an end that nothing tells is at once");
});

await t.test("a deleted pod holds its address until its deletion", async (t) => {
  const state = stateOf([pod("web", { ip: "10.0.0.1", start: "10:00:00", deletion: "10:05:00" })]);
  t.equal(who(state, "10.0.0.1", "10:05:00"), "pod web of Pod/web");
  t.match(who(state, "10.0.0.1", "10:06:00"), /only until/);
});

await t.test("two living holders at once are ambiguous, never one of them", async (t) => {
  const state = stateOf([
    pod("a", { ip: "10.0.0.1", start: "10:00:00", running: "10:00:01" }),
    pod("b", { ip: "10.0.0.1", start: "10:05:00", running: "10:05:01" }),
  ]);
  t.equal(who(state, "10.0.0.1", "10:04:00"), "pod a of Pod/a");
  t.equal(who(state, "10.0.0.1", "11:00:00"), "ambiguous: shop/a and shop/b may both have had this address then");
  const onItsWay = stateOf([
    pod("a", { ip: "10.0.0.1", start: "10:00:00", running: "10:00:01" }),
    pod("b", { ip: "10.0.0.1", start: "10:05:00" }),
  ]);
  t.match(who(onItsWay, "10.0.0.1", "11:00:00"), /^ambiguous/, "containers that run on one of them prove nothing");
});

await t.test("two holders that are pods of one workload leave no doubt about the workload", async (t) => {
  const state = stateOf([
    podOf("web", "1", { ip: "10.0.0.1", start: "10:00:00" }),
    podOf("web", "2", { ip: "10.0.0.1", start: "10:05:00" }),
  ]);
  t.equal(who(state, "10.0.0.1", "11:00:00"), "pod web-abc-2 of Deployment/web");
});

await t.test(
  "where times overlap, a pod whose containers ran has the address, not one that was only on its way",
  async (t) => {
    const heir: PodOptions = { ip: "10.0.0.1", start: "10:04:00", running: "10:05:10" };
    const state = stateOf([
      pod("old", { ip: "10.0.0.1", start: "10:00:00", running: "10:00:01", end: "10:05:00", phase: "Succeeded" }),
      pod("heir", heir),
    ]);
    t.equal(who(state, "10.0.0.1", "10:04:30"), "pod old of Pod/old");
    t.equal(who(state, "10.0.0.1", "10:05:20"), "pod heir of Pod/heir");
    const late = stateOf([pod("old", { ip: "10.0.0.1", start: "10:00:00" })]);
    late.replace(read(pod("heir", heir)), us("10:30:00"));
    t.match(who(late, "10.0.0.1", "10:04:30"), /^ambiguous/, "one that is gone may have ended any time before");
    t.equal(who(late, "10.0.0.1", "10:10:00"), "pod heir of Pod/heir");
  },
);

await t.test("a pod that is gone keeps its time, and one that comes back had it all the while", async (t) => {
  const web = pod("web", { ip: "10.0.0.1", start: "10:00:00" });
  const state = stateOf([web]);
  state.replace([], us("12:10:00"));
  t.equal(who(state, "10.0.0.1", "12:10:05"), "pod web of Pod/web");
  t.match(who(state, "10.0.0.1", "12:10:06"), /only until/);
  state.replace(read(web), us("12:20:00"));
  t.equal(who(state, "10.0.0.1", "12:15:00"), "pod web of Pod/web");
  state.replace(read(web), us("23:00:00"));
  t.equal(state.forgotten, 0);
});

await t.test("a pod that got another address had the old one until then, and the new one not before", async (t) => {
  const state = stateOf([pod("web", { ip: "10.0.0.1", start: "10:00:00" })]);
  state.replace(read(pod("web", { ip: "10.0.0.2", start: "10:00:00" })), us("12:10:00"));
  t.equal(who(state, "10.0.0.1", "12:05:00"), "pod web of Pod/web");
  t.equal(who(state, "10.0.0.2", "12:10:00"), "pod web of Pod/web");
  t.match(who(state, "10.0.0.1", "12:11:00"), /only until/);
  t.match(who(state, "10.0.0.2", "11:00:00"), /only since/);
});

await t.test("both addresses of a dual-stack pod are its own, and IPv4-mapped ones are IPv4", async (t) => {
  const state = stateOf([pod("web", { ips: ["10.0.0.1", "FD00::1"] })]);
  t.same(
    ["10.0.0.1", "fd00::1", "::ffff:10.0.0.1"].map((ip) => who(state, ip)),
    ["pod web of Pod/web", "pod web of Pod/web", "pod web of Pod/web"],
  );
});

const podOnHost = (name: string) => pod(name, { ip: "192.168.1.1", hostIp: "192.168.1.1", hostNetwork: true });

await t.test("several host-network pods on a node: their address is the node's, never one of them", async (t) => {
  const state = stateOf([
    podOnHost("proxy"),
    podOnHost("exporter"),
    pod("etcd", { ip: "192.168.1.3", hostNetwork: true, node: "node-3" }),
    pod("web", { ip: "10.0.0.1", hostIp: "192.168.1.2", node: "node-2" }),
  ]);
  t.same(
    ["192.168.1.1", "192.168.1.2", "192.168.1.3"].map((ip) => who(state, ip)),
    ["host node-1", "host node-2", "host node-3"],
  );
});

await t.test("bridge and tunnel addresses of a pod range are the node, unless a pod holds them", async (t) => {
  const state = stateOf([
    node("node-1", "192.168.1.1", ["10.244.1.0/24", "fd00:10:244:1::/64"]),
    node("node-2", "192.168.1.2", ["10.244.2.0/24"]),
    pod("web", { ip: "10.244.2.1", start: "10:00:00" }),
  ]);
  t.same(
    ["10.244.1.0", "10.244.1.1", "fd00:10:244:1::", "fd00:10:244:1::1", "10.244.2.1"].map((ip) => who(state, ip)),
    ["host node-1", "host node-1", "host node-1", "host node-1", "pod web of Pod/web"],
  );
  t.match(who(state, "10.244.2.1", "09:00:00"), /only since/);
  t.equal(who(state, "10.244.1.2"), "in the cluster's pod range, but no known pod has had it");
});

await t.test(
  "machines in the nodes' subnet that are not nodes are external, and so is a node once it is gone",
  async (t) => {
    const nodes = [node("node-1", "192.168.1.1", ["10.244.1.0/24"]), node("node-2", "192.168.1.2", ["10.244.2.0/24"])];
    const state = stateOf(nodes);
    t.same(
      ["192.168.1.2", "192.168.1.3"].map((ip) => who(state, ip)),
      ["host node-2", "external"],
    );
    state.replace(read(...nodes.slice(0, 1)), us("12:10:00"));
    t.same(
      ["12:10:00", "12:11:00"].map((time) => who(state, "192.168.1.2", time)),
      ["host node-2", "external"],
    );
  },
);

await t.test(
  "private addresses that no one knows are unresolved, apart from the internet, while pod ranges are unknown",
  async (t) => {
    const unknown = "a private address that nobody known has; the cluster's pod ranges are not known";
    const state = stateOf([node("node-1", "192.168.1.1")]);
    t.same(
      ["10.9.9.9", "100.64.1.1", "fd00::9", "203.0.113.9", "2001:db8::9"].map((ip) => who(state, ip)),
      [unknown, unknown, unknown, "external", "external"],
    );
    const otherPlugin = stateOf([node("node-1", "192.168.1.1", ["10.244.1.0/24"]), pod("web", { ip: "172.20.0.1" })]);
    t.equal(who(otherPlugin, "10.9.9.9"), unknown, "a pod outside of the nodes' ranges: they are not what pods get");
  },
);

await t.test("ranges that are given by hand are known, unless a pod lives outside of them", async (t) => {
  const [podCidr, serviceCidr] = ["172.20.0.0/16", "10.200.0.0/24"].map((text) => parseCidr(text)!);
  const given = { podCidrs: [podCidr!], serviceCidrs: [serviceCidr!] };
  const state = new ClusterState({}, given);
  state.replace(read(node("node-1", "192.168.1.1"), pod("web", { ip: "172.20.0.1" })), us("12:00:00"));
  t.same(
    ["172.20.9.9", "10.9.9.9", "10.200.0.7"].map((ip) => who(state, ip)),
    [
      "in the cluster's pod range, but no known pod has had it",
      "external",
      "in the cluster's Service range, but no known Service has it",
    ],
  );
  t.equal(state.arePodRangesKnown, true);
  state.replace(read(pod("stranger", { ip: "172.30.0.1" })), us("12:00:00"));
  t.match(who(state, "10.9.9.9"), /pod ranges are not known/);
});

await t.test("a restarted collector names nobody who only may have had an address before", async (t) => {
  const state = new ClusterState();
  const [old] = read({ ...pod("old", { ip: "10.0.0.1", start: "11:59:00", running: "11:59:05" }) });
  state.apply(
    [
      { kind: "present", object: old! },
      { kind: "missed pods", sinceUs: -Infinity },
    ],
    us("12:00:00"),
  );
  t.equal(who(state, "10.0.0.1", "11:59:30"), "pod old of Pod/old");
  t.match(who(state, "10.0.0.1", "11:59:03"), /may have had this address then, or one that came and went/);
  t.equal(who(state, "10.0.0.1", "12:00:01"), "pod old of Pod/old");
});

await t.test("a pod that vanished while nobody was told had its address until it was last seen", async (t) => {
  const state = new ClusterState();
  const [lost, other] = read(pod("lost", { ip: "10.0.0.1", start: "11:00:00", running: "11:00:01" }), pod("other"));
  state.apply(
    [
      { kind: "present", object: lost! },
      { kind: "present", object: other! },
    ],
    us("12:00:00"),
  );
  const seenUs = us("12:05:00");
  state.apply(
    [
      { kind: "vanished", object: lost!, seenUs },
      { kind: "missed pods", sinceUs: seenUs },
    ],
    us("12:10:00"),
  );
  t.equal(who(state, "10.0.0.1", "12:04:00"), "pod lost of Pod/lost");
  t.match(who(state, "10.0.0.1", "12:07:00"), /only until/);
  t.same(
    state.pods().map(({ metadata }) => metadata.name),
    ["other"],
  );
});

await t.test("what is around known Services is unresolved, and so is a range that the cluster tells", async (t) => {
  const range = "in the cluster's Service range, but no known Service has it";
  const known = node("node-1", "192.168.1.1", ["10.244.1.0/24"]);
  const learned = stateOf([
    known,
    service("a", { clusterIP: "10.96.3.4" }),
    service("b", { clusterIPs: ["fd00:96::1:5"], clusterIP: "fd00:96::1:5" }),
  ]);
  t.same(
    ["10.96.250.1", "10.97.0.1", "fd00:96::1:ffff", "fd00:96::2:1", "10.96.3.4"].map((ip) => who(learned, ip)),
    [range, "external", range, "external", "the address of Service shop/a, not a pod's"],
  );
  const amongNodes = stateOf([node("n", "10.0.200.1", ["10.244.1.0/24"]), service("a", { clusterIP: "10.0.0.10" })]);
  t.same(
    ["10.0.0.99", "10.0.200.2"].map((ip) => who(amongNodes, ip)),
    [range, "external"],
  );
  const cidr = { apiVersion: "networking.k8s.io/v1", kind: "ServiceCIDR", metadata: { name: "kubernetes" } };
  const told = stateOf([known, { ...cidr, spec: { cidrs: ["10.96.0.0/12"] } }]);
  t.same(
    ["10.111.255.1", "10.112.0.1"].map((ip) => who(told, ip)),
    [range, "external"],
  );
});

await t.test("link-local and loopback addresses are the host; multicast and broadcast are nobody's", async (t) => {
  const state = stateOf([]);
  t.same(
    ["169.254.20.10", "169.254.169.254", "fe80::1", "127.0.0.1", "::1"].map((ip) => who(state, ip)),
    ["host unknown", "host unknown", "host unknown", "host unknown", "host unknown"],
  );
  t.same(
    ["224.0.0.251", "255.255.255.255", "0.0.0.0", "not an address"].map((ip) => who(state, ip)),
    [
      "multicast address: nobody's own",
      "broadcast address: nobody's own",
      "unspecified address: nobody's own",
      "not an IP address",
    ],
  );
});

await t.test("weeks of churn don't make the history grow past its bounds, and what it drops is counted", async (t) => {
  const state = new ClusterState({ maxPast: 10, maxPastOfAddress: 3, maxAgeUs: 3_600_000_000 });
  const start = us("00:00:00");
  for (let round = 0; round < 50; round++) {
    const objects = read(
      pod("web", { ip: "10.0.0.1", uid: `web-${round}` }),
      pod("db", { ip: `10.0.1.${round}`, uid: `db-${round}` }),
    );
    state.replace(objects, start + round * 60_000_000);
  }
  t.equal(state.forgotten, 88, "of 98 that ended 10 are known");
  t.match(who(state, "10.0.1.1"), /nobody known has/);
  state.replace([], start + 3 * 86_400_000_000);
  state.replace([], start + 4 * 86_400_000_000);
  t.equal(state.forgotten, 100);
});

const time = fc.integer({ min: 0, max: 59 }).map((minute) => `10:${String(minute).padStart(2, "0")}:00`);
const lives = fc.array(fc.record({ a: time, b: time, isOver: fc.boolean() }), { maxLength: 6 });

await t.test("a pod is named only for a moment that its time covers, and never while another's does too", async () => {
  fc.assert(
    fc.property(lives, time, (spans, moment) => {
      const pods = spans.map(({ a, b, isOver }, index) => {
        const [start = a, end = b] = [a, b].sort();
        const over = isOver ? { end, phase: "Succeeded" } : {};
        return {
          name: `p${index}`,
          start,
          end: isOver ? end : "23:59:59",
          json: pod(`p${index}`, { ip: "10.0.0.1", start, ...over }),
        };
      });
      const covering = pods.filter(({ start, end }) => start <= moment && moment <= end).map(({ name }) => name);
      const identity = stateOf(pods.map(({ json }) => json)).identify("10.0.0.1", us(moment));
      return identity.kind === "pod" ? covering.length === 1 && covering[0] === identity.pod : covering.length !== 1;
    }),
  );
});
