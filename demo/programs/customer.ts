// A stranger outside of the cluster who uses what it offers: the NodePort, from an address of his own.
import { isIPv6 } from "node:net";
import { every } from "./every.ts";
import { httpGet } from "./http-get.ts";
import { readSettings } from "./settings.ts";

const { from, node, port } = readSettings("from", "node", "port");

await every(1000, async () => {
  const options = { host: node, port: Number(port), path: "/", localAddress: from, family: isIPv6(from) ? 6 : 4 };
  await httpGet(options);
});
