import { setTimeout as pause } from "node:timers/promises";
import type { Socket } from "node:net";
import { type RequestLine, type ServerEntry, plain, readRequestLine } from "../load.ts";

/** Longer than any timer of capture's that a connection without a word could be taken for ended by. */
const halfClosedMs = 1_200;

/** Takes one TCP connection and does what its first line asks; `log` is told of it as soon as that line is read. */
export function answerTcp(socket: Socket, log: (entry: ServerEntry) => void): void {
  let head = "";
  let entry: ServerEntry | undefined;
  let line: RequestLine | undefined;
  let early = 0;
  socket.on("error", () => undefined); // a client that resets; its own log says so
  socket.on("data", (chunk: Buffer) => {
    if (entry === undefined) {
      head += chunk.toString("latin1");
      early += chunk.length;
      const end = head.indexOf("\n");
      if (end < 0) return;
      line = readRequestLine(head.slice(0, end));
      entry = begin(socket, line, early);
      log(entry);
    } else entry.received += chunk.length;
    if (entry.received === line!.request) onWholeRequest(socket, entry, line!);
  });
  socket.on("end", () => {
    if (entry !== undefined) void onEnd(socket, entry, line!);
  });
}

function begin(socket: Socket, line: RequestLine, received: number): ServerEntry {
  const local = plain(socket.localAddress, socket.localPort);
  return { id: line.id, local, peer: plain(socket.remoteAddress, socket.remotePort), received, sent: 0 };
}

function onWholeRequest(socket: Socket, entry: ServerEntry, { manner, reply }: RequestLine): void {
  if (manner === "server resets") return void socket.resetAndDestroy();
  if (!["server closes first", "client resets", "stays open"].includes(manner)) return;
  entry.sent = reply;
  socket.write(Buffer.alloc(reply, "."));
  if (manner === "server closes first") socket.end();
}

/** The client has closed its side. */
async function onEnd(socket: Socket, entry: ServerEntry, { manner, reply }: RequestLine): Promise<void> {
  if (manner === "stays half-closed") return;
  if (manner === "half-closed") {
    socket.write(Buffer.alloc(1, "."));
    await pause(halfClosedMs);
    socket.end(Buffer.alloc(reply - 1, "."));
    entry.sent = reply;
  } else if (manner === "orderly") {
    entry.sent = reply;
    socket.end(Buffer.alloc(reply, "."));
  } else socket.end();
}
