import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../captures/", import.meta.url));

/** Every capture that the tests have. */
export const captures: readonly string[] = readdirSync(folder)
  .filter((name) => /\.pcap(ng)?$/u.test(name))
  .map((name) => folder + name);

/** Those that can be read to their ends. */
export const soundCaptures: readonly string[] = captures.filter((path) => !path.includes("/broken-"));
