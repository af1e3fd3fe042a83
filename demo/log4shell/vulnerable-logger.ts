import { type JndiSettings, jndiLookup } from "./jndi.ts";
import { substitute } from "./substitute.ts";

/**
 * What Log4j 2.14 did with a line that a stranger may write a part of (CVE-2021-44228): it looked for `${...}` in the
 * finished line and did what stood there. As there, who logs waits until it is done, and a lookup that fails is no
 * failure of the request.
 */
export async function logLine(line: string, settings: JndiSettings): Promise<void> {
  if (!line.includes("${")) return;
  await substitute(line, async (prefix, key) => {
    switch (prefix) {
      case "lower":
        return key.toLowerCase();
      case "upper":
        return key.toUpperCase();
      case "env":
        return process.env[key];
      case "jndi":
        return await jndiLookup(key, settings).catch(sayWhy);
      default:
        return undefined;
    }
  });
}

function sayWhy(error: unknown): undefined {
  console.log(`jndi: ${error instanceof Error ? error.message : String(error)}`);
}
