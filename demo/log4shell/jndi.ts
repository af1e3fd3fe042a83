import { appendFile } from "node:fs/promises";
import { httpGet } from "../programs/http-get.ts";
import type { ClassReference } from "./class-reference.ts";
import { askLdap } from "./ldap-client.ts";
import { askRmi } from "./rmi-client.ts";

export interface JndiSettings {
  /** The file that shows that foreign code ran. */
  readonly marker: string;
  /** Java would wait for minutes; a demo has not the time. */
  readonly timeoutMs: number;
}

/**
 * Asks a naming server for an object, gets a reference to a class, fetches the class and runs it: the whole hole. What
 * is fetched is a text, and running it is to note it in the marker.
 */
export async function jndiLookup(name: string, { marker, timeoutMs }: JndiSettings): Promise<string> {
  const url = new URL(name);
  const { codebase, factory } = await findReference(url, timeoutMs);
  const { hostname, port, pathname } = new URL(`${factory}.class`, codebase);
  const code = await httpGet({ host: hostname, port: port || 80, path: pathname, timeout: timeoutMs });
  await appendFile(marker, `javaapp ran ${factory}.class from ${codebase}: ${code.slice(0, 200).trim()}\n`);
  return factory;
}

async function findReference(url: URL, timeoutMs: number): Promise<ClassReference> {
  const { protocol, hostname, port, pathname } = url;
  const name = decodeURIComponent(pathname.slice(1));
  switch (protocol) {
    case "ldap:":
      return askLdap({ host: hostname, port: Number(port || 389), timeoutMs }, name);
    case "rmi:":
      return askRmi({ host: hostname, port: Number(port || 1099), timeoutMs }, name);
    default:
      throw new Error(`no naming service for ${protocol}`);
  }
}
