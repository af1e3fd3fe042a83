import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { parseAllDocuments } from "yaml";
import { node, podOf, deployment } from "../cluster/builders.ts";
import { captures, weir } from "./run.ts";

/** The victim of the Log4Shell capture as a pod of a cluster. */
function cluster(folder: string, extra: readonly object[] = []): string {
  const items = [
    node("n1", "192.168.0.1", ["172.17.0.0/24"]),
    ...deployment("javaapp", { app: "javaapp" }),
    podOf("javaapp", "0", { ip: "172.17.0.2", node: "n1" }),
    ...extra,
  ];
  const file = join(folder, "cluster.json");
  writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  return file;
}

const pcap = `${captures}log4shell-ldap.pcap`;

await t.test("policies come as YAML documents, and what the attack did is not in them", async (t) => {
  const { status, stdout, stderr } = await weir(["analyze", "--pcap", pcap, "--cluster", cluster(t.testdir())]);
  t.strictSame([status, stderr], [0, ""]);
  const policies = parseAllDocuments(stdout).map((document) => document.toJS() as Record<string, unknown>);
  t.match(policies, [{ kind: "NetworkPolicy", metadata: { name: "javaapp", namespace: "shop" } }]);
  t.notMatch(stdout, /34\.91\.73\.37\/32/u);
});

await t.test("the review names the attacker's addresses and why they were left out", async (t) => {
  const args = ["--pcap", pcap, "--cluster", cluster(t.testdir()), "--output", "review"];
  const [review] = JSON.parse((await weir(["analyze", ...args])).stdout);
  const left = review.leftOut.map(({ edge }: { edge: { id: string } }) => edge.id).sort();
  t.strictSame(left, ["egress|external/34.91.73.37|TCP|1389", "egress|external/34.91.73.37|TCP|8080"]);
});

await t.test("the attacker's address as an extra CIDR lets him in again: options are obeyed", async (t) => {
  const args = ["--pcap", pcap, "--cluster", cluster(t.testdir()), "--egress-cidr", "34.91.73.37/32"];
  t.match((await weir(["analyze", ...args])).stdout, /34\.91\.73\.37\/32/u);
});

await t.test("profiles come as a JSON array", async (t) => {
  const args = ["--pcap", pcap, "--cluster", cluster(t.testdir()), "--output", "profiles"];
  const profiles = JSON.parse((await weir(["analyze", ...args])).stdout);
  t.match(profiles, [{ workload: { namespace: "shop", kind: "Deployment", name: "javaapp" }, egress: { length: 2 } }]);
});

await t.test("the same input gives the same bytes", async (t) => {
  const args = ["analyze", "--pcap", pcap, "--cluster", cluster(t.testdir()), "--unnamed-external", "--suspicious"];
  const [once, again] = await Promise.all([weir(args), weir(args)]);
  t.equal(once.stdout, again.stdout);
  t.match(once.stdout, /34\.91\.73\.37\/32/u);
});

await t.test("of a broken capture what could be read is printed before the fault", async (t) => {
  const args = ["--pcap", pcap, `${captures}broken-03.pcap`, "--cluster", cluster(t.testdir())];
  const { status, stdout, stderr } = await weir(["analyze", ...args]);
  t.equal(status, 2);
  t.match(stdout, /kind: NetworkPolicy/u);
  t.match(stderr, /^weir: .*broken-03\.pcap: packet 1: [^\n]+\n$/u);
});

await t.test("a namespace can be asked for alone, also a system one", async (t) => {
  const extra = [
    ...deployment("coredns", { app: "coredns" }, "kube-system"),
    podOf("coredns", "0", { ip: "172.17.0.1", node: "n1", namespace: "kube-system" }),
  ];
  const file = cluster(t.testdir(), extra);
  const all = await weir(["analyze", "--pcap", pcap, "--cluster", file]);
  const system = await weir(["analyze", "--pcap", pcap, "--cluster", file, "--namespace", "kube-system"]);
  t.notMatch(all.stdout, /namespace: kube-system\n/u);
  t.match(system.stdout, /name: coredns/u);
  t.notMatch(system.stdout, /name: javaapp\n/u);
});
