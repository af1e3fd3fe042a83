import { Resolver } from "node:dns/promises";

/** Asks one DNS server, as a pod asks its cluster's. Answers the first address; throws where there is none. */
export async function resolve(name: string, family: 4 | 6, dnsServer: string): Promise<string> {
  const resolver = new Resolver({ timeout: 1000, tries: 3 });
  resolver.setServers([dnsServer]);
  const [address] = family === 6 ? await resolver.resolve6(name) : await resolver.resolve4(name);
  if (address === undefined) throw new Error(`${name} has no address`);
  return address;
}

if (import.meta.main) {
  const [name = "", family, dnsServer = ""] = process.argv.slice(2);
  console.log(await resolve(name, family === "6" ? 6 : 4, dnsServer));
}
