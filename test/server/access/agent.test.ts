/** A running `weir agent` that asks an API server who may ask, with the commands of docs/deploy.md. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import t, { type Test } from "tap";
import { parse } from "yaml";
import { ApiServer } from "../../api-server/api-server.ts";
import { hasKubectl } from "../../api-server/has-kubectl.ts";
import { selfSigned } from "../../api-server/tls/self-signed.ts";
import { bin } from "../../cli/run.ts";
import { deployment, podOf } from "../../cluster/builders.ts";
import { folder as manifests } from "../../daemonset/manifests.ts";

t.setTimeout(120_000);

const run = promisify(execFile);

/** What the service account of the manifests may do is all that the agent may. */
const WEIR = { username: "system:serviceaccount:weir:weir", groups: ["system:authenticated"] };
const ADMIN = { username: "admin", groups: ["system:masters"] };

interface Running {
  readonly folder: string;
  readonly agent: ChildProcess;
  readonly log: () => string;
  readonly url: string;
}

async function start(t: Test, flags: readonly string[] = []): Promise<Running> {
  const roles = ["cluster-role.yaml", "cluster-role-binding.yaml", "cluster-role-reader.yaml"].map(
    (file) => parse(readFileSync(manifests + file, "utf8")) as object,
  );
  const namespaces = ["shop", "data"].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
  const workloads = [
    ...deployment("javaapp", { app: "javaapp" }),
    ...deployment("database", { app: "database" }, "data"),
    podOf("javaapp", "0"),
  ];
  const settings = { authenticates: true, authorizes: true, hasNamespaces: true, tls: selfSigned() };
  const api = await new ApiServer([...roles, ...namespaces, ...workloads], settings).start();
  t.teardown(() => api.stop());
  api.context.tokens.add("weirs-own", WEIR);
  api.context.tokens.add("admins", ADMIN);
  const folder = mkdtempSync(join(tmpdir(), "weir-agent-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "agent"), api.kubeconfig({ token: "weirs-own" }));
  writeFileSync(join(folder, "admin"), api.kubeconfig({ token: "admins" }));
  const args = [
    "agent",
    "--kubeconfig",
    join(folder, "agent"),
    "--capture",
    "unix:/nowhere/socket",
    "--data-dir",
    join(folder, "data"),
  ];
  // With nothing of the test runner's, which looks at each file that its children load.
  const clean = ["-i", `PATH=${process.env["PATH"]}`, `HOME=${folder}`, bin];
  const agent = spawn("env", [...clean, ...args, ...flags], { stdio: ["ignore", "ignore", "pipe"] });
  t.teardown(() => agent.kill("SIGKILL"));
  let log = "";
  const url = await new Promise<string>((resolve, reject) => {
    agent.once("exit", () => reject(new Error(log)));
    agent.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      const where = /listening at (?<url>https?:\/\/\S+:\d+)"/u.exec(log)?.groups?.["url"];
      if (where !== undefined) resolve(where.replace("[::]", "localhost").replace("0.0.0.0", "localhost"));
    });
  });
  return { folder, agent, log: () => log, url };
}

/** A shell with what docs/deploy.md has: the agent's certificate, its address, and kubectl as an administrator. */
async function shell({ folder, url }: Running, script: string): Promise<string> {
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    KUBECONFIG: join(folder, "admin"),
    url,
    ca: join(folder, "data/tls.crt"),
  };
  return (await run("bash", ["-euc", script], { env })).stdout;
}

await t.test(
  "docs/deploy.md: a token of a namespace's service account reads that namespace, over TLS",
  { skip: hasKubectl() ? false : "kubectl is not installed" },
  async (t) => {
    const running = await start(t, ["--listen", ":0", "--log-level", "trace"]);
    t.match(running.url, /^https:/u, "not on loopback, callers are asked");
    const names = `| python3 -c 'import json, sys; print(*(p["workload"]["name"] for p in json.load(sys.stdin)["profiles"]))'`;
    const said = await shell(
      running,
      `kubectl -n shop create serviceaccount weir-reader >&2
     kubectl -n shop create rolebinding weir-reader --clusterrole=weir-reader --serviceaccount=shop:weir-reader >&2
     token=$(kubectl -n shop create token weir-reader)
     until curl -s --fail --cacert $ca -H "authorization: Bearer $token" $url/api/v1/profiles > profiles.json; do sleep 0.1; done
     curl -s --cacert $ca -H "authorization: Bearer $token" "$url/api/v1/profiles?namespace=shop" ${names}
     curl -s --cacert $ca -H "authorization: Bearer $token" "$url/api/v1/profiles" ${names}
     curl -s --cacert $ca -o /dev/null -w '%{http_code}\\n' -H "authorization: Bearer $token" $url/api/v1/profiles/data/deployment/database
     curl -s --cacert $ca -o /dev/null -w '%{http_code}\\n' $url/api/v1/profiles
     curl -s --cacert $ca -o /dev/null -w '%{http_code}\\n' $url/livez
     curl -s -o /dev/null $url/livez || echo "curl: $?"
     echo "$token"`.replaceAll("profiles.json", join(running.folder, "profiles.json")),
    );
    const [ofShop, all, ofData, without, livez, untrusted, token] = said.trimEnd().split("\n");
    t.strictSame([ofShop, all], ["javaapp", "javaapp"]);
    t.strictSame([ofData, without, livez], ["403", "401", "200"]);
    t.equal(untrusted, "curl: 60", "without its certificate it is not trusted");
    for (const file of ["tls.crt", "tls.key"])
      t.equal(statSync(join(running.folder, "data", file)).mode & 0o777, 0o600);
    t.notMatch(running.log(), token ?? "");
    running.agent.removeAllListeners("exit").kill("SIGTERM");
    const [status] = (await once(running.agent, "exit")) as [number];
    t.equal(status, 0);
  },
);

await t.test("a certificate of one's own is used, and on loopback nobody need be asked", async (t) => {
  const { ca, cert, key } = selfSigned();
  const own = t.testdir({ files: { "ca.crt": ca, "tls.crt": cert, "tls.key": key } });
  const files = ["--tls-cert", join(own, "files/tls.crt"), "--tls-key", join(own, "files/tls.key")];
  const running = await start(t, ["--listen", "127.0.0.1:0", ...files]);
  t.match(
    await shell(running, `curl -s --fail --cacert ${join(own, "files/ca.crt")} $url/api/v1/graph`),
    /^\{"nodes"/u,
  );
});

await t.test("a certificate that is none is one line, and the agent does not begin", async (t) => {
  const own = t.testdir({ "tls.crt": "nonsense", "tls.key": "nonsense" });
  const files = ["--tls-cert", join(own, "tls.crt"), "--tls-key", join(own, "tls.key")];
  await t.rejects(start(t, ["--listen", ":0", ...files]), { message: /^weir: \S+tls\.crt: [^\n]+\n$/u });
});
