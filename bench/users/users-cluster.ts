// The API server of the users' benchmark, as a process in the listener's namespace: twenty nodes, 600 pods, the manifests
// of weir, roles of its users, and the parts that the agents of all nodes have published. Writes a kubeconfig of weir's
// service account to the path that it is given, and serves until it is killed.
import { renameSync, writeFileSync } from "node:fs";
import type { ApiConnection } from "../../src/cluster/api/connect-api.ts";
import { ApiServer } from "../../test/api-server/api-server.ts";
import { largeCluster } from "../../test/api-server/large-cluster.ts";
import { selfSigned } from "../../test/api-server/tls/self-signed.ts";
import {
  clusterRole,
  clusterRoleBinding,
  networkProfileDefinition,
  userRoles,
} from "../../test/daemonset/manifests.ts";
import { SimulatedCluster } from "../../test/profile/simulated-cluster.ts";
import { NODES, PODS, type User, users } from "./users.ts";

const RBAC = "rbac.authorization.k8s.io";
const WEIR = { username: "system:serviceaccount:weir:weir", groups: ["system:authenticated"] };
/** So much that each workload has shown all its destinations. */
const CONNECTIONS_OF_EACH_POD = 60;

const kubeconfig = process.argv[2]!;
const settings = { authenticates: true, authorizes: true, hasNamespaces: true, tls: selfSigned() };
const roles = [clusterRole, clusterRoleBinding, ...userRoles, ...users.flatMap(bindingsOf)];
const objects = largeCluster({ nodes: NODES, pods: PODS, services: PODS / 10 });
const api = await new ApiServer([networkProfileDefinition, ...roles, ...objects], settings).start();
api.context.tokens.add("weirs-own", WEIR);
for (const { name, token } of users)
  api.context.tokens.add(token, { username: name, groups: ["system:authenticated"] });
await storeParts();
const written = `${kubeconfig}.new`;
writeFileSync(written, api.kubeconfig({ token: "weirs-own" }));
renameSync(written, kubeconfig);

/** Put where they would be written: to apply 600 objects takes the server longer than the rest of the benchmark. */
async function storeParts(): Promise<void> {
  const connection: ApiConnection = {
    server: api.url,
    open: () => Promise.reject(new Error("nothing is read")),
    send: ({ body }) => Promise.resolve(api.put(body as object)),
  };
  const { signal } = new AbortController();
  const simulation = new SimulatedCluster({ nodes: NODES, pods: PODS, connection, signal });
  await simulation.pass(0, CONNECTIONS_OF_EACH_POD * 6);
  await simulation.pass(2, 0);
}

/** Everybody may make policies, and who sees all may read the metrics. */
function bindingsOf({ name, namespace }: User): readonly object[] {
  const named = namespace === undefined ? ["weir-editor", "weir-metrics"] : ["weir-editor"];
  return named.map((role) => ({
    apiVersion: `${RBAC}/v1`,
    kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
    metadata: { name: `${name}-${role}`, ...(namespace !== undefined && { namespace }) },
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: role },
    subjects: [{ apiGroup: RBAC, kind: "User", name }],
  }));
}
