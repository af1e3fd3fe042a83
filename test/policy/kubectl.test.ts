import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import t from "tap";

const GOLDEN = join(import.meta.dirname, "golden");
const skip = spawnSync("kubectl", ["version", "--client"]).error === undefined ? false : "kubectl is not installed";
const run = promisify(execFile);

const RESOURCES = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: "networking.k8s.io/v1",
  resources: [
    {
      name: "networkpolicies",
      singularName: "networkpolicy",
      namespaced: true,
      kind: "NetworkPolicy",
      verbs: ["get", "create", "patch"],
    },
  ],
};
const VERSION = { groupVersion: "networking.k8s.io/v1", version: "v1" };
const DISCOVERY: Readonly<Record<string, object>> = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/api/v1": { kind: "APIResourceList", apiVersion: "v1", groupVersion: "v1", resources: [] },
  "/apis": {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [{ name: "networking.k8s.io", versions: [VERSION], preferredVersion: VERSION }],
  },
  "/apis/networking.k8s.io/v1": RESOURCES,
};

await t.test("kubectl applies every golden policy", { skip }, async (t) => {
  const home = mkdtempSync(join(tmpdir(), "weir-kubectl-"));
  const server = await listening();
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
    rmSync(home, { recursive: true });
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { ...process.env, HOME: home, KUBECONFIG: join(home, "none") };
  for (const name of readdirSync(GOLDEN)) {
    const file = join(GOLDEN, name, "expected.yaml");
    const flags = ["--server", url, "--dry-run=client", "--validate=false", "-f", file];
    const { stdout } = await run("kubectl", ["apply", ...flags], { env });
    const policies = readFileSync(file, "utf8").match(/^kind: NetworkPolicy$/gm) ?? [];
    t.equal(stdout.match(/created \(dry run\)/g)?.length, policies.length, name);
  }
});

/** `set env --local` reads its input into the Go type, and refuses it only then, for having no pod template. */
await t.test("kubectl reads every golden policy into its own type", { skip }, async (t) => {
  for (const name of readdirSync(GOLDEN)) {
    const file = join(GOLDEN, name, "expected.yaml");
    const { stderr } = spawnSync("kubectl", ["set", "env", "--local", "-f", file, "A=B"], { encoding: "utf8" });
    const complaints = stderr
      .split("\n")
      .filter((line) => line !== "" && !line.includes("does not have a pod template: *v1.NetworkPolicy"));
    t.notMatch(complaints.join("\n"), /unable|cannot|invalid|decod/, name);
    t.match(stderr, /\*v1\.NetworkPolicy/, name);
  }
});

async function listening(): Promise<Server> {
  const server = createServer((request, response) => {
    const body = DISCOVERY[request.url?.split("?")[0] ?? ""];
    const notFound = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 };
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(body ?? notFound));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return server;
}
