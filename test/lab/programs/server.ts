// A server: `server.ts TCP:PORT... UDP:PORT:ADDRESS... DNS:PORT:ADDRESS...` says "listening",
// then, for each line it reads, what it took until now, as one line of JSON; it ends with its standard input.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, isIPv6 } from "node:net";
import { createInterface } from "node:readline";
import type { ServerEntry } from "../load.ts";
import { answerTcp } from "./tcp-answer.ts";
import { UdpAnswers } from "./udp-answer.ts";

/** As long as the kernel allows: a full backlog drops connections that then look unanswered. */
const backlog = 4_096;

const entries: ServerEntry[] = [];

if (import.meta.main) {
  for (const listen of process.argv.slice(2)) {
    const [protocol, port, ...address] = listen.split(":");
    if (protocol === "TCP") await listenTcp(Number(port));
    else await listenUdp(address.join(":"), Number(port), protocol === "DNS");
  }
  process.stdout.write("listening\n");
  const lines = createInterface({ input: process.stdin });
  lines.on("line", () => process.stdout.write(`${JSON.stringify(entries)}\n`));
  lines.once("close", () => process.exit());
}

async function listenTcp(port: number): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (socket) => answerTcp(socket, (entry) => entries.push(entry)));
  await once(server.listen({ port, backlog }), "listening");
}

async function listenUdp(address: string, port: number, isDns: boolean): Promise<void> {
  const socket = createSocket({ type: isIPv6(address) ? "udp6" : "udp4", recvBufferSize: 4 * 1024 * 1024 });
  new UdpAnswers(socket, isDns, (entry) => entries.push(entry)).listen();
  socket.bind(port, address);
  await once(socket, "listening");
}
