import { dumpYaml, loadYaml, type V1DaemonSet } from "@kubernetes/client-node";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { parse, parseAllDocuments } from "yaml";
import { folder, kustomization, readManifest } from "./manifests.ts";

const skip = spawnSync("kubectl", ["version", "--client"]).error === undefined ? false : "kubectl is not installed";

interface Named {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
}

const byName = (left: Named, right: Named): number => nameOf(left).localeCompare(nameOf(right));

function nameOf({ kind, metadata }: Named): string {
  return `${kind} ${metadata?.name}`;
}

function build(where: string): readonly V1DaemonSet[] {
  const built = execFileSync("kubectl", ["kustomize", where], { encoding: "utf8" });
  return parseAllDocuments(built)
    .map((document) => document.toJS() as V1DaemonSet)
    .sort(byName);
}

function isAgents({ kind }: V1DaemonSet): boolean {
  return kind === "DaemonSet";
}

await t.test("kubectl builds the base, and changes nothing in it but the image's name", { skip }, (t) => {
  const objects = [...build(folder)];
  const [image] = kustomization.images;
  const expected = kustomization.resources.map((file) => {
    const text = JSON.stringify(readManifest(file));
    return JSON.parse(text.replaceAll('"image":"weir"', `"image":"${image!.newName}:${image!.newTag}"`)) as Named;
  });
  t.strictSame(objects, expected.sort(byName));
  t.end();
});

await t.test("with the component the agents use the certificate of a Secret, and no more changes", { skip }, (t) => {
  const overlay = t.testdir({ base: {}, overlay: {} });
  cpSync(folder, `${overlay}/base`, { recursive: true });
  writeFileSync(`${overlay}/overlay/kustomization.yaml`, "resources: [../base]\ncomponents: [../base/certificate]\n");
  const [plain, secured] = [build(folder), build(`${overlay}/overlay`)];
  t.strictSame(
    secured.filter((each) => !isAgents(each)),
    plain.filter((each) => !isAgents(each)),
  );
  const pod = secured.find(isAgents)!.spec!.template.spec!;
  const [agent, capture] = pod.containers;
  t.strictSame(agent!.args!.slice(-2), ["--tls-cert=/etc/weir/tls/tls.crt", "--tls-key=/etc/weir/tls/tls.key"]);
  t.strictSame(agent!.volumeMounts!.at(-1), { name: "tls", mountPath: "/etc/weir/tls", readOnly: true });
  t.strictSame(pod.volumes!.at(-1), { name: "tls", secret: { secretName: "weir-tls", defaultMode: 0o444 } });
  t.notOk(
    capture!.volumeMounts!.some(({ name }) => name === "tls"),
    "it is the agent's alone",
  );
  t.end();
});

// What the client's models do not know, they drop: a misspelt field would not come back.
for (const file of kustomization.resources) {
  await t.test(`every field in ${file} is one that Kubernetes knows`, (t) => {
    const text = readFileSync(folder + file, "utf8");
    t.strictSame(parse(dumpYaml(loadYaml(text))), parse(text));
    t.end();
  });
}

await t.test("the image's tag is the program's version", (t) => {
  const { version } = JSON.parse(readFileSync(`${folder}/../package.json`, "utf8")) as { readonly version: string };
  t.strictSame(kustomization.images, [{ name: "weir", newName: "weir", newTag: version }]);
  t.end();
});
