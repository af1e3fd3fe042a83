import { readFileSync } from "node:fs";
import t from "tap";
import { parse, stringify } from "yaml";
import { parseClusterText } from "../../src/cluster/file/parse-cluster-text.ts";
import { toApiObject } from "../../src/cluster/object/write-object.ts";
import { controller, pod, read, service, slice } from "./builders.ts";

const shop = parseClusterText(readFileSync(new URL("files/shop.yaml", import.meta.url), "utf8"), "shop.yaml");

const corners = read(
  pod("ended", {
    phase: "Succeeded",
    ips: ["10.0.0.1", "fd00::1"],
    start: "10:00:00",
    running: "10:00:01",
    end: "10:05:00",
  }),
  pod("ended-unseen", {
    phase: "Failed",
    end: "10:05:00",
    deletion: "10:06:00",
    ports: [{ containerPort: 80, name: "http" }],
  }),
  pod("on-host", { hostNetwork: true, ip: "192.168.0.1", hostIp: "192.168.0.1", owner: "apps/v1 DaemonSet agent u1" }),
  service("headless", { clusterIP: "None", selector: { app: "web" }, ports: [{ port: 80, targetPort: "http" }] }),
  service("name", { type: "ExternalName", externalName: "example.org" }),
  service("balanced", { clusterIP: "10.96.0.7", ports: [{ port: 53, protocol: "UDP" }] }, "shop", {
    loadBalancer: { ingress: [{ ip: "203.0.113.7" }] },
  }),
  slice("web", "web-1", [{ port: 8080 }], [{ ip: "10.0.0.1", pod: "web-0" }, { ip: "10.0.0.2" }]),
  controller("batch/v1", "CronJob", "nightly", { templateLabels: { app: "nightly" } }),
  controller("v1", "ReplicationController", "old", { selector: { app: "old" }, templateLabels: { app: "old" } }),
  controller("argoproj.io/v1alpha1", "Rollout", "roll", {
    selector: { matchLabels: { a: "b" } },
    templateLabels: { a: "b" },
  }),
);

await t.test("what is written is read again as the same object, also through YAML", async (t) => {
  for (const object of [...shop, ...corners]) {
    const written = toApiObject(object);
    const label = `${object.type} ${object.metadata.name}`;
    t.strictSame(read(JSON.parse(JSON.stringify(written)) as Record<string, unknown>), [object], label);
    t.strictSame(read(parse(stringify(written)) as Record<string, unknown>), [object], label);
  }
});
