// Two small programs for the lab: `serve ADDRESS PORT...` answers on TCP and UDP; `try` reads attempts as JSON, makes all of them
// at once, and prints which were answered.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, isIPv6 } from "node:net";
import { json } from "node:stream/consumers";

export interface Attempt {
  readonly host: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
  /** Own address, where the machine has several. */
  readonly from?: string;
}

const patienceMs = 1200;
// A DNS query for the addresses of the root, which a DNS server answers too.
const greeting = Buffer.from("0001010000010000000000000000010001", "hex");

if (import.meta.main) {
  const [mode, address = "", ...ports] = process.argv.slice(2);
  if (mode === "serve") await serve(address, ports.map(Number));
  else {
    const attempts = (await json(process.stdin)) as readonly Attempt[];
    const answered = await Promise.all(
      attempts.map((attempt) => (attempt.protocol === "TCP" ? tryTcp(attempt) : tryUdp(attempt))),
    );
    console.log(JSON.stringify(answered));
    process.exit();
  }
}

async function serve(address: string, ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const server = createServer((socket) => socket.on("error", () => socket.destroy()).end("here\n"));
    await once(server.listen(port, address), "listening");
    const socket = createSocket("udp4");
    socket.on("message", (message, sender) => socket.send(message, sender.port, sender.address));
    // Bound to its address, or an answer might go out under another one.
    socket.bind(port, address);
    await once(socket, "listening");
  }
  console.log(`listening on ${ports.join(", ")}`);
}

function tryTcp({ host, port, from }: Attempt): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(from !== undefined && { localAddress: from }) });
    const end = (isOpen: boolean): void => {
      resolve(isOpen);
      socket.destroy();
    };
    socket.on("connect", () => end(true)).on("error", () => end(false));
    setTimeout(() => end(false), patienceMs);
  });
}

function tryUdp({ host, port, from }: Attempt): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
    const end = (isAnswered: boolean): void => resolve(isAnswered);
    // What a local chain drops is told to the sender as an error.
    socket.on("message", () => end(true)).on("error", () => end(false));
    socket.bind(0, from, () => socket.send(greeting, port, host, () => {}));
    setTimeout(() => end(false), patienceMs);
  });
}
