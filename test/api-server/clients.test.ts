/** The programs that talk to API servers everywhere: kubectl, and client-node's own watch and informer. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CoreV1Api, KubeConfig, makeInformer, type V1Pod, Watch } from "@kubernetes/client-node";
import t, { type Test } from "tap";
import { eventually } from "../demo/eventually.ts";
import type { ApiServer } from "./api-server.ts";
import { pod, serve } from "./ask.ts";
import { hasKubectl } from "./has-kubectl.ts";
import { largeCluster } from "./large-cluster.ts";
import { selfSigned } from "./tls/self-signed.ts";

const skip = hasKubectl() ? false : "kubectl is not installed";
const run = promisify(execFile);

interface Said {
  readonly code: number;
  readonly out: string;
  readonly problems: string;
}

type Kubectl = (...args: readonly string[]) => Promise<Said>;

/** kubectl with a home of its own. Lines end as they are; an exit status is a value. */
function kubectlOf(
  t: Test,
  server: ApiServer,
  token = "not-a-secret",
): { readonly kubectl: Kubectl; readonly env: NodeJS.ProcessEnv; readonly folder: string } {
  const folder = t.testdir({});
  const config = join(folder, "kubeconfig");
  writeFileSync(config, server.kubeconfig({ token, namespace: "shop" }));
  const env = { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: config };
  const kubectl: Kubectl = (...args) =>
    run("kubectl", args, { env }).then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, problems: stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
        code,
        out: stdout,
        problems: stderr,
      }),
    );
  return { kubectl, env, folder };
}

const policy = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress: [{ports: [{port: 80, protocol: TCP}]}]
`;

const namespaces = ["shop"].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));

await t.test(
  "kubectl get prints tables, also wide and by selectors, and reads objects as YAML",
  { skip },
  async (t) => {
    const server = await serve(t, [...namespaces, ...largeCluster({ nodes: 2, pods: 4, services: 1 })]);
    const { kubectl } = kubectlOf(t, server);
    const pods = await kubectl(
      "get",
      "po",
      "-A",
      "-l",
      "app=web-0",
      "--field-selector",
      "spec.nodeName=node-00001",
      "-o",
      "wide",
    );
    t.match(
      pods.out,
      /^NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE +IP +NODE .*\n(shop-0 +web-0-\S+ +1\/1 +Running +0 +\d+d +10\.0\.0\.[13] +node-00001 .*\n){2}$/u,
    );
    t.match(
      (await kubectl("get", "svc,deploy,no", "-A")).out,
      /service\/web-0-0 +ClusterIP +10\.96\.0\.0 +<none> +80\/TCP[^]*deployment\.apps\/web-0 +0\/20[^]*node\/node-00000 +Ready/u,
    );
    t.match((await kubectl("get", "no", "node-00000", "-o", "yaml")).out, /^apiVersion: v1\nkind: Node\nmetadata:\n/u);
    t.match(
      (await kubectl("get", "po", "none")).problems,
      /^Error from server \(NotFound\): pods "none" not found\n$/u,
    );
    t.match((await kubectl("describe", "no", "node-00000")).out, /Ready +True/u);
  },
);

await t.test(
  "kubectl apply: from the client, dry on the server, and on the server side, with its conflict; then delete",
  { skip },
  async (t) => {
    const server = await serve(t, namespaces, { hasNamespaces: true });
    const { kubectl, folder } = kubectlOf(t, server);
    const [file, wrong, odd] = ["good", "wrong", "odd"].map((name) => join(folder, `${name}.yaml`)) as [
      string,
      string,
      string,
    ];
    writeFileSync(file, policy);
    writeFileSync(wrong, policy.replace("port: 80", "port: 99999"));
    writeFileSync(odd, policy.replace("podSelector:", "podSelectorr:"));
    t.match((await kubectl("apply", "--dry-run=server", "-f", file)).out, /created \(server dry run\)/u);
    t.match((await kubectl("apply", "-f", file)).out, /networkpolicy\.networking\.k8s\.io\/web created/u);
    t.match((await kubectl("apply", "-f", file)).out, /web unchanged/u);
    t.match(
      (await kubectl("apply", "-f", wrong)).problems,
      /spec\.ingress\[0\]\.ports\[0\]\.port: Invalid value: 99999: must be between 1 and 65535, inclusive/u,
    );
    t.match((await kubectl("apply", "-f", odd)).problems, /unknown field "(spec\.)?podSelectorr"/u);
    t.match((await kubectl("apply", "--server-side", "-f", file)).out, /web serverside-applied/u);
    writeFileSync(file, policy.replace("port: 80", "port: 81"));
    t.match(
      (await kubectl("apply", "--server-side", "--field-manager=other", "-f", file)).problems,
      /conflicts? with "kubectl/u,
    );
    t.match(
      (await kubectl("apply", "--server-side", "--field-manager=other", "--force-conflicts", "-f", file)).out,
      /serverside-applied/u,
    );
    t.match((await kubectl("explain", "networkpolicy.spec.podSelector")).out, /matchExpressions/u);
    t.match((await kubectl("delete", "netpol", "web")).out, /deleted/u);
    t.match((await kubectl("get", "netpol")).problems, /No resources found/u);
  },
);

await t.test("kubectl get -w prints what changes", { skip }, async (t) => {
  const server = await serve(t, [pod("a")]);
  const { env } = kubectlOf(t, server);
  const child = spawn("kubectl", ["get", "pods", "-w", "--no-headers"], { env, stdio: ["ignore", "pipe", "inherit"] });
  t.teardown(() => child.kill());
  let out = "";
  child.stdout.on("data", (piece: Buffer) => (out += piece.toString()));
  await eventually("it watches", () => Promise.resolve(server.watches > 0 ? true : undefined));
  server.put(pod("b", { status: { phase: "Pending" } }));
  server.put(pod("b"));
  const lines = await eventually("all is printed", () =>
    Promise.resolve(out.split("\n").length > 3 ? out.split("\n") : undefined),
  );
  t.match(lines, [/^a .*Running/u, /^b .*Pending/u, /^b .*Running/u]);
  child.kill("SIGINT");
  await once(child, "exit");
});

await t.test("kubectl auth can-i asks as whoever the token is, over TLS", { skip }, async (t) => {
  const server = await serve(t, [], { tls: selfSigned(), authenticates: true, authorizes: true });
  server.context.tokens.add("root", { username: "root", groups: ["system:masters"] });
  const root = kubectlOf(t, server, "root").kubectl;
  t.equal((await root("auth", "can-i", "delete", "pods")).out, "yes\n");
  const account = server.context.tokens.issue({ namespace: "shop", name: "weir" });
  const { kubectl } = kubectlOf(t, server, account);
  t.equal((await kubectl("auth", "can-i", "list", "pods")).out, "no\n");
  t.match(
    (await kubectl("get", "pods")).problems,
    /pods is forbidden: User "system:serviceaccount:shop:weir" cannot list resource "pods"/u,
  );
});

function configOf(server: ApiServer): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(server.kubeconfig());
  return config;
}

await t.test("client-node reads, writes and is refused through its generated API", async (t) => {
  const server = await serve(t, namespaces, { tls: selfSigned(), hasNamespaces: true });
  const api = configOf(server).makeApiClient(CoreV1Api);
  await api.createNamespacedPod({ namespace: "shop", body: pod("a") });
  const { items } = await api.listNamespacedPod({ namespace: "shop", limit: 1 });
  t.match(items, [{ metadata: { name: "a", creationTimestamp: Date } }]);
  await t.rejects(api.readNamespacedPod({ namespace: "shop", name: "none" }), { code: 404 });
});

await t.test("client-node's watch and informer follow what changes", async (t) => {
  const server = await serve(t, [pod("a")]);
  const config = configOf(server);
  const seen: string[] = [];
  const stop = await new Watch(config).watch(
    "/api/v1/pods",
    {},
    (type, object: V1Pod) => seen.push(`${type} ${object.metadata?.name}`),
    () => undefined,
  );
  t.teardown(() => stop.abort());
  const api = config.makeApiClient(CoreV1Api);
  const informer = makeInformer<V1Pod>(config, "/api/v1/pods", () => api.listPodForAllNamespaces());
  informer.on("add", (object) => seen.push(`informer ${object.metadata?.name}`));
  informer.on("delete", (object) => seen.push(`informer gone ${object.metadata?.name}`));
  t.teardown(() => informer.stop());
  await informer.start();
  await eventually("both watch", () => Promise.resolve(server.watches === 2 ? true : undefined));
  server.put(pod("b"));
  server.remove(pod("a"));
  const all = await eventually("all is seen", () => Promise.resolve(seen.length === 6 ? seen.toSorted() : undefined));
  t.strictSame(all, ["ADDED a", "ADDED b", "DELETED a", "informer a", "informer b", "informer gone a"]);
});
