import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { PlantedFault } from "../mutants/read-faults.ts";
import type { Writer } from "./agreement.ts";

const ROOT = join(import.meta.dirname, "../../..");
const FOLDER = join(ROOT, "src/policy/dialect");

/** The writer of a dialect from a copy of its folder with a fault in it; all that is outside of the folder is as it is. */
export async function plantedWriter(fault: PlantedFault, copy: string): Promise<Writer> {
  mkdirSync(copy, { recursive: true });
  for (const name of readdirSync(FOLDER)) {
    const source = readFileSync(join(FOLDER, name), "utf8");
    const isFaulty = join(FOLDER, name) === join(ROOT, fault.file);
    writeFileSync(join(copy, name), outward(isFaulty ? plant(fault, source) : source));
  }
  const dialect = dialectOf(fault);
  const module = (await import(pathToFileURL(join(copy, `${dialect}.ts`)).href)) as Readonly<Record<string, Writer>>;
  return module[{ cilium: "toCiliumPolicy", calico: "toCalicoPolicy", cluster: "toClusterPolicy" }[dialect]]!;
}

export function dialectOf({ file }: PlantedFault): "cilium" | "calico" | "cluster" {
  return /(cilium|calico|cluster)[-a-z]*\.ts$/u.exec(file)![1] as "cilium" | "calico" | "cluster";
}

function plant({ file, find, replace }: PlantedFault, source: string): string {
  const count = source.split(find).length - 1;
  if (count !== 1) throw new Error(`${file} has ${count} times: ${find}`);
  return source.replace(find, () => replace);
}

function outward(source: string): string {
  return source.replaceAll(/from "(\.\.\/[^"]+)"/gu, (_, path: string) => {
    return `from "${pathToFileURL(join(FOLDER, path)).href}"`;
  });
}
