import { LRUCache } from "lru-cache";
import type { ResolvedName, ServerName } from "../flow/connection.ts";

const MAX_ANSWERS = 32_768;
/** Names kept for one address and asker: a content network's address may answer to thousands. */
const MAX_NAMES = 8;

/** Which names led whom to which address: an outside address that no answer led to is worth a look. */
export class AskedNames {
  readonly #names = new LRUCache<string, readonly string[]>({ max: MAX_ANSWERS });
  readonly #claimed = new LRUCache<string, readonly string[]>({ max: MAX_ANSWERS });

  add({ client, name, addresses }: ResolvedName): void {
    for (const address of addresses) addBounded(this.#names, `${client} ${address}`, name);
  }

  addClaimed({ client, server, name }: ServerName): void {
    addBounded(this.#claimed, `${client} ${server.ip}`, name);
  }

  namesFor(client: string, address: string): readonly string[] {
    return this.#names.get(`${client} ${address}`) ?? [];
  }

  /** Names that the client itself gave the address: TLS server names, which it may choose as it likes. */
  claimedFor(client: string, address: string): readonly string[] {
    return this.#claimed.get(`${client} ${address}`) ?? [];
  }
}

function addBounded(names: LRUCache<string, readonly string[]>, key: string, name: string): void {
  const known = names.get(key) ?? [];
  if (!known.includes(name)) names.set(key, [...known, name].slice(-MAX_NAMES));
}
