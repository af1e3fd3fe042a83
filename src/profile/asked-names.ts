import { LRUCache } from "lru-cache";
import type { ResolvedName } from "../flow/connection.ts";

const MAX_ANSWERS = 32_768;
/** Names kept for one address and asker: a content network's address may answer to thousands. */
const MAX_NAMES = 8;

/** Which names led whom to which address: an outside address that no answer led to is worth a look. */
export class AskedNames {
  readonly #names = new LRUCache<string, readonly string[]>({ max: MAX_ANSWERS });

  add({ client, name, addresses }: ResolvedName): void {
    for (const address of addresses) {
      const key = `${client} ${address}`;
      const known = this.#names.get(key) ?? [];
      if (!known.includes(name)) this.#names.set(key, [...known, name].slice(-MAX_NAMES));
    }
  }

  namesFor(client: string, address: string): readonly string[] {
    return this.#names.get(`${client} ${address}`) ?? [];
  }
}
