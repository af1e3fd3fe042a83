/** An API server on the lab's node, with the manifests applied and roles bound, and the token that the kubelet mounts. */
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Lab } from "../../demo/lab/lab.ts";
import { API_PORT } from "./container.ts";
import { folder as manifests, kustomization } from "./manifests.ts";

/** All but the one kind that the tests' API server does not serve. */
const applied = kustomization.resources.filter((name) => name !== "priority-class.yaml");
const program = fileURLToPath(new URL("../api-server/main.ts", import.meta.url));

/** A reader of the namespace shop, and somebody whom the API server knows and who may do nothing. */
export const tokens = { reader: "token-of-reader", stranger: "token-of-stranger" } as const;

const tokenFile = `weirs-own,system:serviceaccount:weir:weir,weir,"system:serviceaccounts"
${tokens.reader},reader,reader
${tokens.stranger},stranger,stranger
`;

const binding = `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: readers, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: weir-reader }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: reader }]
`;

/** When it listens, and what a pod needs to ask it is where the kubelet would have put it. */
export async function startApi(lab: Lab): Promise<void> {
  const files = { "cluster.yaml": lab.clusterYaml, "binding.yaml": binding, "tokens.csv": tokenFile };
  for (const [name, content] of Object.entries(files)) await writeFile(`${lab.folderFromHere}/${name}`, content);
  const stored = ["cluster.yaml", "binding.yaml"].map((name) => `${lab.folder}/${name}`);
  const objects = [...applied.map((name) => manifests + name), ...stored];
  const flags = ["--tls", "--port", API_PORT, "--token-auth-file", `${lab.folder}/tokens.csv`];
  const argv = [
    ...flags,
    "--kubeconfig",
    `${lab.folder}/kubeconfig`,
    ...objects.flatMap((path) => ["--objects", path]),
  ];
  const server = lab.start("node", [process.execPath, program, ...argv], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(server, "close").then(() => Promise.reject(new Error("the API server has ended")));
  await Promise.race([once(server.stdout!, "data"), ended]);
  ended.catch(() => undefined); // with the lab
  const mount = `${lab.folderFromHere}/volume-token`;
  await writeFile(`${mount}/token`, "weirs-own");
  await writeFile(`${mount}/ca.crt`, authorityIn(await readFile(`${lab.folderFromHere}/kubeconfig`, "utf8")));
}

function authorityIn(kubeconfig: string): Buffer {
  const { clusters } = JSON.parse(kubeconfig) as {
    readonly clusters: readonly { readonly cluster: { readonly "certificate-authority-data": string } }[];
  };
  return Buffer.from(clusters[0]!.cluster["certificate-authority-data"], "base64");
}
