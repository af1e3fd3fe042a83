// What the kubelet does to each pod with an HTTP readiness probe. URLs are separated by commas.
import { every } from "./every.ts";
import { httpGet } from "./http-get.ts";
import { readSettings } from "./settings.ts";

const { probe } = readSettings("probe");
const targets = probe.split(",").map((url) => new URL(url));

await every(2000, async () => {
  for (const { hostname, port, pathname } of targets) {
    await httpGet({ host: hostname, port, path: pathname, headers: { "user-agent": "kube-probe/1.34" } });
  }
});
