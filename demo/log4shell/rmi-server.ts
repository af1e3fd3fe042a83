import { type Server, createServer } from "node:net";
import type { ClassReference } from "./class-reference.ts";
import { acknowledge, handshake, nameInCall, returned } from "./rmi-message.ts";

/** A registry that answers every lookup with the same reference; see rmi-message.ts for what of it is real. */
export function rmiServer(reference: ClassReference, onLookup: (name: string) => void): Server {
  return createServer((socket) => {
    let received = Buffer.alloc(0);
    let isGreeted = false;
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (!isGreeted && received.length >= handshake.length) {
        if (!received.subarray(0, handshake.length).equals(handshake)) return void socket.destroy();
        isGreeted = true;
        socket.write(acknowledge(socket.remoteAddress ?? "", socket.remotePort ?? 0));
      }
      const name = nameInCall(received);
      if (name === undefined) return;
      onLookup(name);
      socket.end(returned(reference));
    });
  });
}
