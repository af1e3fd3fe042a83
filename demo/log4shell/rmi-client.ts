import { type NamingServer, converse } from "./converse.ts";
import type { ClassReference } from "./class-reference.ts";
import { acknowledgementLength, endpoint, handshake, lookupCall, referenceInReturn } from "./rmi-message.ts";

/** Greets a registry and asks it for a name. The call goes out with the greeting: the answer to that can't change it. */
export function askRmi(server: NamingServer, name: string): Promise<ClassReference> {
  const greeting = Buffer.concat([handshake, endpoint("", 0), lookupCall(name)]);
  return converse(server, { greeting, read: readReference });
}

function readReference(received: Buffer): ClassReference | undefined {
  const end = acknowledgementLength(received);
  return end === undefined || received.length < end ? undefined : referenceInReturn(received.subarray(end));
}
