import t from "tap";
import { indexEnds } from "../../src/policy/evaluate/find-end.ts";
import { clusterOf, deployment, documents } from "./world.ts";

const agent = documents({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "kube-system", name: "agent" },
  spec: { nodeName: "n0", hostNetwork: true },
  status: { phase: "Running", podIP: "192.168.0.10", hostIP: "192.168.0.10" },
});

await t.test("an end is a pod by name or address, a node by its address, or outside", async (t) => {
  const ends = indexEnds(clusterOf(deployment("shop/web", { ips: ["fd00::1"] }) + agent));
  const web = ends.find("shop/web-0");
  t.match(web, { kind: "pod", namespace: "shop", name: "web-0", ips: ["fd00::1"], node: "n0" });
  t.equal(ends.find("FD00:0::1"), web, "the same object, however the address is spelt");
  t.strictSame(ends.find("192.168.0.10"), { kind: "address", ip: "192.168.0.10", node: "n0" });
  t.match(ends.find("kube-system/agent"), { kind: "pod", hostNetwork: true });
  t.strictSame(ends.find("203.0.113.9"), { kind: "address", ip: "203.0.113.9", node: undefined });
  t.equal(ends.find("shop/nobody"), undefined);
  t.equal(ends.find("nonsense"), undefined);
});
