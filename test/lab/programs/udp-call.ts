import { type Socket, createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { decode, encode } from "dns-packet";
import { type ClientEntry, type RequestLine, writeRequestLine } from "../load.ts";

/** Long after any answer on a machine that has much else to do. */
const patienceMs = 30_000;
const ignoredMs = 200;
const datagramsEachWay = 3;

/** Makes one UDP conversation as `entry.manner` says; resolves with what became of it. */
export function callUdp(entry: ClientEntry, line: RequestLine): Promise<ClientEntry> {
  const { local, remote } = entry;
  const socket = createSocket(isIPv6(local.ip) ? "udp6" : "udp4");
  return new Promise((resolve) => {
    const settle = (end: ClientEntry["end"]): void => {
      clearTimeout(timer);
      if (entry.end !== "unfinished") return;
      entry.end = end;
      socket.close();
      resolve(entry);
    };
    const timer = setTimeout(() => settle("unanswered"), entry.manner === "is ignored" ? ignoredMs : patienceMs);
    // A socket that is connected is told of ICMP errors.
    socket.on("error", (error: NodeJS.ErrnoException) =>
      settle(error.code === "ECONNREFUSED" ? "refused" : "unfinished"),
    );
    let answers = 0;
    socket.on("message", (message) => {
      entry.received += message.length;
      answers += 1;
      if (entry.manner === "query") settle(isAnswer(message, line.id) ? "closed" : "unfinished");
      else if (answers === datagramsEachWay) settle("closed");
      else send(socket, entry, datagram(line, answers));
    });
    socket.bind(local.port, local.ip, () => {
      socket.connect(remote.port, remote.ip, () => {
        send(socket, entry, entry.manner === "query" ? question(line.id) : datagram(line, 0));
      });
    });
  });
}

function send(socket: Socket, entry: ClientEntry, octets: Buffer): void {
  entry.sent += octets.length;
  socket.send(octets);
}

/** Each of another length, so that one counted twice or not at all shows. */
function datagram(line: RequestLine, n: number): Buffer {
  const head = writeRequestLine(line);
  const octets = Buffer.alloc(head.length + ((line.request + n * 7) % 500), ".");
  octets.write(head);
  return octets;
}

/** `clusterip#7` asks for `clusterip-7.lab.example`. */
export function nameOf(id: string): string {
  return `${id.replaceAll(/[^a-z0-9]+/gu, "-")}.lab.example`;
}

function question(id: string): Buffer {
  const number = Number(id.slice(id.indexOf("#") + 1)) & 0xffff;
  return encode({ type: "query", id: number, flags: 0x100, questions: [{ type: "A", name: nameOf(id) }] });
}

function isAnswer(message: Buffer, id: string): boolean {
  return decode(message).answers?.[0]?.name === nameOf(id);
}
