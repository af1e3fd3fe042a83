import t from "tap";
import { bin, weir } from "../cli/run.ts";
import * as base from "./manifests.ts";

const { agent, capture, everyContainer, podSpec } = base;

await t.test("it runs on every Linux node, whatever its taints", (t) => {
  t.strictSame(podSpec.tolerations, [{ operator: "Exists" }]);
  t.strictSame(podSpec.nodeSelector, { "kubernetes.io/os": "linux" });
  t.equal(podSpec.affinity, undefined);
  t.end();
});

await t.test("no workload is preempted for it, and what a cluster can't do without outranks it", (t) => {
  t.equal(podSpec.priorityClassName, base.priorityClass.metadata?.name);
  t.match(base.priorityClass, { preemptionPolicy: "Never", globalDefault: false });
  t.ok(base.priorityClass.value! < 2_000_000_000, "below the system's classes");
  t.end();
});

await t.test("every container asks for what it needs, and is held to a limit", (t) => {
  for (const { name, resources } of everyContainer) {
    t.match(resources, { requests: { cpu: /^\d+m$/u, memory: /^\d+Mi$/u }, limits: { memory: /^\d+Mi$/u } }, name);
    t.ok(resources?.limits?.["cpu"], name);
  }
  t.end();
});

await t.test("names and labels are as Kubernetes recommends, and the selector finds the pods", (t) => {
  const { metadata, spec } = base.daemonSet;
  const recommended = { "app.kubernetes.io/name": "weir", "app.kubernetes.io/part-of": "weir" };
  for (const file of base.kustomization.resources) {
    t.match(
      base.readManifest(file),
      {
        metadata: {
          name: /^(networkprofiles\.weir\.io|weir(-reader|-editor|-metrics|-own-node)?)$/u,
          labels: recommended,
        },
      },
      file,
    );
  }
  t.match(spec?.template.metadata?.labels, spec?.selector.matchLabels);
  t.equal(metadata?.namespace, base.namespace.metadata?.name);
  t.equal(base.namespace.metadata?.labels?.["pod-security.kubernetes.io/enforce"], "privileged");
  t.end();
});

await t.test("settings come from the manifest alone: Services put none into the environment", (t) => {
  t.equal(podSpec.enableServiceLinks, false);
  t.strictSame(agent.env, [{ name: "WEIR_NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }]);
  t.equal(capture.env, undefined);
  t.end();
});

for (const { name, args } of [agent, capture]) {
  await t.test(`every flag of ${name} is one that ${bin.split("/").at(-1)} ${args![0]} has`, async (t) => {
    const { stdout } = await weir([args![0]!, "--help"]);
    const flags = args!.slice(1).map((arg) => /^(?<flag>--[a-z-]+)=/u.exec(arg)?.groups?.["flag"] ?? arg);
    for (const flag of flags) t.match(stdout, new RegExp(`^ +${flag} <`, "mu"), flag);
    for (const variable of agent.env!.filter(() => name === "agent")) {
      t.match(stdout.replaceAll(/\s+/gu, " "), `env: ${variable.name})`, variable.name);
    }
  });
}
