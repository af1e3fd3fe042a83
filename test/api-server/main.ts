/** The API server as a program of its own, so that what a client costs can be measured apart from it. */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseAllDocuments } from "yaml";
import { readTokenFile } from "./access/token-file.ts";
import { ApiServer } from "./api-server.ts";
import { isObject } from "./json-object.ts";
import { largeCluster } from "./large-cluster.ts";
import { selfSigned } from "./tls/self-signed.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    tls: { type: "boolean", default: false },
    // Requests need one of its tokens then, and a right; the kubeconfig has the first.
    "token-auth-file": { type: "string" },
    objects: { type: "string", multiple: true, default: [] },
    nodes: { type: "string", default: "0" },
    pods: { type: "string", default: "0" },
    services: { type: "string", default: "0" },
    kubeconfig: { type: "string" },
  },
});

const users = values["token-auth-file"] === undefined ? [] : readTokenFile(values["token-auth-file"]);
const asks = users.length > 0;
const server = new ApiServer([], {
  hasNamespaces: true,
  authenticates: asks,
  authorizes: asks,
  ...(values.tls && { tls: selfSigned() }),
});
for (const [token, user] of users) server.context.tokens.add(token, user);
for (const path of values.objects) for (const object of objectsIn(path)) server.put(object);
const sizes = { nodes: Number(values.nodes), pods: Number(values.pods), services: Number(values.services) };
for (const object of largeCluster(sizes)) server.put(object);
server.port = Number(values.port);
await server.start();
if (values.kubeconfig !== undefined)
  writeFileSync(values.kubeconfig, server.kubeconfig(asks ? { token: users[0]![0] } : {}));
process.stdout.write(`${server.url}\n`);
process.once("SIGTERM", () => void server.stop());

function objectsIn(path: string): readonly object[] {
  return parseAllDocuments(readFileSync(path, "utf8")).flatMap((document): object[] => {
    const value: unknown = document.toJS();
    if (!isObject(value)) return [];
    return Array.isArray(value["items"]) ? (value["items"] as object[]) : [value];
  });
}
