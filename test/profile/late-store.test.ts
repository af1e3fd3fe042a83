import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import t from "tap";

const inNamespaces = ["--user", "--map-root-user", "--mount"];
const hasMounts = spawnSync("unshare", [...inNamespaces, "true"]).status === 0;

await t.test(
  "a store that can be read only late tells what it held, by the name that it had",
  { skip: hasMounts ? false : "this machine makes no mount namespaces" },
  async (t) => {
    const script = fileURLToPath(new URL("late-store.ts", import.meta.url));
    const args = [...inNamespaces, process.execPath, "--disable-warning=ExperimentalWarning", script, t.testdir()];
    const { stdout, stderr } = spawnSync("unshare", args, { encoding: "utf8" });
    t.equal(stderr, "");
    const known = "egress|workload/data/Deployment/database|TCP|5432 x1";
    const answer = `egress|external/203.0.113.7|TCP|443 x1 ${known}`;
    t.match(JSON.parse(stdout || "{}"), {
      // Nobody knows yet that there is a store: what it told stands beside what is seen since.
      meanwhile: { observers: { length: 2 }, answer, decided: 0 },
      later: { isItself: true, answer, decided: [{ ingress: "deny-all" }, { egress: "deny-all" }] },
      edges: 2,
    });
  },
);
