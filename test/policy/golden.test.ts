import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Profile } from "../../src/profile/profile.ts";
import { generatePolicies } from "../../src/policy/generate.ts";
import { resolveOptions } from "../../src/policy/resolve-options.ts";
import { toYaml } from "../../src/policy/yaml.ts";
import { clusterOf } from "./world.ts";

/**
 * Each folder is one case, named for its point: profiles.json, cluster.yaml and options.json in, expected.yaml
 * and expected.review.json out. UPDATE_GOLDEN=1 writes what comes out instead of comparing it.
 */
const FOLDER = join(import.meta.dirname, "golden");
const isUpdating = process.env["UPDATE_GOLDEN"] === "1";

for (const name of readdirSync(FOLDER).sort()) {
  await t.test(name.replaceAll("-", " "), async (t) => {
    const read = (file: string): string => readFileSync(join(FOLDER, name, file), "utf8");
    const profiles = JSON.parse(read("profiles.json")) as Profile[];
    const options = existsSync(join(FOLDER, name, "options.json")) ? JSON.parse(read("options.json")) : {};
    const generated = generatePolicies(profiles, clusterOf(read("cluster.yaml")), resolveOptions(options));
    const reviews = `${JSON.stringify(
      generated.map(({ review }) => review),
      null,
      2,
    )}\n`;
    for (const [file, text] of [
      ["expected.yaml", toYaml(generated)],
      ["expected.review.json", reviews],
    ] as const) {
      if (isUpdating) writeFileSync(join(FOLDER, name, file), text);
      t.equal(text, read(file), file);
    }
  });
}
