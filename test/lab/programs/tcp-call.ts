import { type Socket, connect } from "node:net";
import { type ClientEntry, type RequestLine, writeRequestLine } from "../load.ts";

/** A SYN is repeated after one second, so that an attempt is seen to be repeated before its client gives up. */
const patienceMs = 1_300;

/** Makes one TCP connection as `entry.manner` says; resolves when it has ended, or stays as it shall. */
export function callTcp(entry: ClientEntry, line: RequestLine): Promise<ClientEntry> {
  const { local, remote } = entry;
  const socket = connect({
    host: remote.ip,
    port: remote.port,
    localAddress: local.ip,
    localPort: local.port,
    allowHalfOpen: true,
  });
  return new Promise((resolve) => {
    const settle = (end: ClientEntry["end"]): void => {
      if (entry.end === "unfinished") entry.end = end;
      resolve(entry);
    };
    socket.on("error", (error: NodeJS.ErrnoException) => settle(endOf(error)));
    socket.on("close", () => settle("closed"));
    socket.on("connect", () => speak(socket, entry, line));
    socket.on("end", () => socket.end());
    socket.on("data", (chunk) => {
      entry.received += chunk.length;
      if (entry.received === line.reply) onWholeReply(socket, entry, settle);
    });
    if (entry.manner === "is ignored") giveUp(socket, settle);
    if (entry.manner === "stays half-closed") socket.on("finish", () => settle("open"));
  });
}

function speak(socket: Socket, entry: ClientEntry, line: RequestLine): void {
  const head = writeRequestLine(line);
  entry.sent = line.request;
  const octets = Buffer.alloc(line.request, ".");
  octets.write(head);
  if (["orderly", "half-closed", "stays half-closed"].includes(entry.manner)) socket.end(octets);
  else socket.write(octets);
}

function onWholeReply(socket: Socket, entry: ClientEntry, settle: (end: ClientEntry["end"]) => void): void {
  if (entry.manner === "stays open") settle("open");
  if (entry.manner !== "client resets") return;
  settle("reset");
  socket.resetAndDestroy();
}

function giveUp(socket: Socket, settle: (end: ClientEntry["end"]) => void): void {
  const timer = setTimeout(() => {
    settle("unanswered");
    socket.destroy();
  }, patienceMs);
  socket.on("close", () => clearTimeout(timer));
}

function endOf({ code }: NodeJS.ErrnoException): ClientEntry["end"] {
  if (code === "ECONNREFUSED" || code === "EHOSTUNREACH") return "refused";
  return code === "ECONNRESET" ? "reset" : "unfinished";
}
