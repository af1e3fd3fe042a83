import { decodeMessage, bindRequest, attributesOf, encodeMessage, operations, searchRequest } from "./ldap-message.ts";
import { takeElement } from "./ber.ts";
import type { ClassReference } from "./class-reference.ts";
import { type NamingServer, converse } from "./converse.ts";

/** Binds, asks for one entry, and reads the reference to a class in it, as Java's LDAP provider did. */
export async function askLdap(server: NamingServer, name: string): Promise<ClassReference> {
  const greeting = Buffer.concat([encodeMessage(1, bindRequest()), encodeMessage(2, searchRequest(name))]);
  return converse(server, { greeting, read: readReference });
}

/** Undefined until the entry has arrived. Throws where the search ends without one. */
function readReference(received: Buffer): ClassReference | undefined {
  let left = received;
  for (let taken = takeElement(left); taken !== undefined; taken = takeElement(left)) {
    const { operation } = decodeMessage(taken.element);
    if (operation.tag === operations.searchResultEntry) {
      const { javaCodeBase = "", javaFactory = "" } = attributesOf(operation);
      return { codebase: javaCodeBase, factory: javaFactory };
    }
    if (operation.tag === operations.searchResultDone) throw new Error("LDAP has no such entry");
    left = taken.rest;
  }
  return undefined;
}
