import { execFile, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import t from "tap";
import { ApiServer } from "../api-server/api-server.ts";
import { hasKubectl } from "../api-server/has-kubectl.ts";

const GOLDEN = join(import.meta.dirname, "golden");
const skip = hasKubectl() ? false : "kubectl is not installed";
const run = promisify(execFile);

await t.test("the API server takes every golden policy, each field known and valid", { skip }, async (t) => {
  const server = await new ApiServer().start();
  t.teardown(() => server.stop());
  const folder = t.testdir({});
  const config = join(folder, "kubeconfig");
  writeFileSync(config, server.kubeconfig());
  const env = { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: config };
  for (const name of readdirSync(GOLDEN)) {
    const file = join(GOLDEN, name, "expected.yaml");
    const { stdout, stderr } = await run("kubectl", ["apply", "--dry-run=server", "-f", file], { env });
    const policies = readFileSync(file, "utf8").match(/^kind: NetworkPolicy$/gm) ?? [];
    t.strictSame([stdout.match(/created \(server dry run\)/g)?.length, stderr], [policies.length, ""], name);
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
