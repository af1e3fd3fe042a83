// The live API of the benchmark, as a process in the listener's namespace: a thousand pods in fifty Deployments, among
// them those of the replayed traffic. Writes a kubeconfig to the path that it is given, and serves until it is killed.
import { writeFileSync } from "node:fs";
import { ApiServer } from "../test/api-server/api-server.ts";
import { deployment, node, podOf, service } from "../test/cluster/builders.ts";
import { clientAddress, CLIENTS, dotted, serverAddress, SERVER_PORT, SERVERS } from "./traffic/pods.ts";

const DEPLOYMENTS = 50;
const PODS = 1_000;
const NODES = 10;

const objects: object[] = [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }];
for (let index = 1; index <= NODES; index++)
  objects.push(node(`node-${index}`, `10.0.0.${index}`, [`10.${index}.0.0/16`]));
for (let index = 0; index < DEPLOYMENTS; index++) objects.push(...deployment(`app-${index}`, { app: `app-${index}` }));
for (let index = 0; index < PODS; index++) {
  const isServer = index < SERVERS;
  const owner = `app-${isServer ? 0 : 1 + (index % (DEPLOYMENTS - 1))}`;
  const ip = dotted(isServer ? serverAddress(index) : clientAddress(index - SERVERS));
  const place = { ip, node: isServer ? "node-1" : `node-${2 + (index % (NODES - 1))}` };
  objects.push(podOf(owner, `p${index}`, { ...place, start: "00:00:00", running: "00:00:00" }));
}
if (CLIENTS + SERVERS > PODS) throw new Error("the traffic has more clients than the cluster has pods");
objects.push(
  service("app-0", {
    clusterIP: "10.96.0.7",
    selector: { app: "app-0" },
    ports: [{ port: 80, targetPort: SERVER_PORT }],
  }),
);

const api = await new ApiServer(objects).start();
writeFileSync(process.argv[2]!, api.kubeconfig());
