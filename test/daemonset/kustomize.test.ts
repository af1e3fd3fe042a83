import { dumpYaml, loadYaml } from "@kubernetes/client-node";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import t from "tap";
import { parse, parseAllDocuments } from "yaml";
import { folder, kustomization, readManifest } from "./manifests.ts";

const skip = spawnSync("kubectl", ["version", "--client"]).error === undefined ? false : "kubectl is not installed";

interface Named {
  readonly kind: string;
}

const byKind = (left: Named, right: Named): number => left.kind.localeCompare(right.kind);

await t.test("kubectl builds the base, and changes nothing in it but the image's name", { skip }, (t) => {
  const built = execFileSync("kubectl", ["kustomize", folder], { encoding: "utf8" });
  const objects = parseAllDocuments(built).map((document) => document.toJS() as Named);
  const [image] = kustomization.images;
  const expected = kustomization.resources.map((file) => {
    const text = JSON.stringify(readManifest(file));
    return JSON.parse(text.replaceAll('"image":"weir"', `"image":"${image!.newName}:${image!.newTag}"`)) as Named;
  });
  t.strictSame(objects.sort(byKind), expected.sort(byKind));
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
