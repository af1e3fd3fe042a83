import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { readClusterFiles } from "../../src/cluster/file/cluster-files.ts";

function namespace(name: string): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`;
}

function namesIn(...paths: readonly string[]): readonly string[] {
  return readClusterFiles(paths).map(({ metadata }) => metadata.name);
}

await t.test("files are read in the order given, and of a folder every .yaml, .yml and .json by name", async (t) => {
  const folder = t.testdir({
    "b.yaml": namespace("b"),
    "a.yml": namespace("a"),
    "c.json": JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: "c" } }),
    "notes.txt": "not for weir",
    "..2024_01_01": { "old.yaml": namespace("old") },
    ".hidden.yaml": namespace("hidden"),
  });
  t.same(namesIn(join(folder, "b.yaml"), folder), ["b", "a", "b", "c"]);
});

await t.test("UTF-16, as PowerShell writes it, is read", async (t) => {
  const folder = t.testdir();
  const file = join(folder, "a.yaml");
  writeFileSync(file, Buffer.from(`\uFEFF${namespace("shop")}`, "utf16le"));
  t.same(namesIn(file), ["shop"]);
});

await t.test("a path that leads nowhere, or to a folder without cluster files, is a fault that names it", async (t) => {
  const folder = t.testdir({ "bad.yaml": "kind: Pod\n" });
  mkdirSync(join(folder, "empty"));
  t.throws(() => namesIn(join(folder, "none.yaml")), {
    message: `${folder}/none.yaml: can't be read: no such file or folder`,
  });
  t.throws(() => namesIn(join(folder, "empty")), { message: `${folder}/empty: no .yaml, .yml or .json file in it` });
  t.throws(() => namesIn(folder), { message: `${folder}/bad.yaml: document 1, line 1: apiVersion: missing` });
});
