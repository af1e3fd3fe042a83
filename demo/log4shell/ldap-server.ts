import { type Server, type Socket, createServer } from "node:net";
import { elementsIn, takeElement } from "./ber.ts";
import type { ClassReference } from "./class-reference.ts";
import { type LdapMessage, decodeMessage, encodeMessage, entry, operations, result } from "./ldap-message.ts";

const success = 0;
const unwillingToPerform = 53;

/** Answers every bind, and every search with one entry that refers to a class elsewhere (RFC 2713). ldapsearch can talk to it. */
export function ldapServer(reference: ClassReference, onSearch: (name: string) => void): Server {
  return createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      try {
        received = answerAll(Buffer.concat([received, chunk]));
      } catch {
        socket.destroy();
      }
    });

    function answerAll(octets: Buffer): Buffer<ArrayBuffer> {
      let left = octets;
      for (let taken = takeElement(left); taken !== undefined; taken = takeElement(left)) {
        answer(socket, decodeMessage(taken.element), { reference, onSearch });
        left = taken.rest;
      }
      return Buffer.from(left);
    }
  });
}

interface Answers {
  readonly reference: ClassReference;
  readonly onSearch: (name: string) => void;
}

function answer(socket: Socket, { id, operation }: LdapMessage, { reference, onSearch }: Answers): void {
  switch (operation.tag) {
    case operations.bindRequest:
      socket.write(encodeMessage(id, result(operations.bindResponse, success)));
      return;
    case operations.searchRequest: {
      const name = String(elementsIn(operation.content)[0]?.content ?? "");
      onSearch(name);
      socket.write(encodeMessage(id, entry(name, referenceAttributes(reference))));
      socket.write(encodeMessage(id, result(operations.searchResultDone, success)));
      return;
    }
    case operations.unbindRequest:
      socket.end();
      return;
    case operations.abandonRequest:
      return;
    default:
      // Each response's tag is the request's and one more, in all that is left.
      socket.write(encodeMessage(id, result(operation.tag + 1, unwillingToPerform)));
  }
}

function referenceAttributes({ codebase, factory }: ClassReference): Readonly<Record<string, string>> {
  return {
    objectClass: "javaNamingReference",
    javaClassName: factory,
    javaCodeBase: codebase,
    javaFactory: factory,
  };
}
