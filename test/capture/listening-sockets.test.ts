import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import t from "tap";
import { listeningSockets, parseListening } from "../../src/capture/listening-sockets.ts";

const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

const line = (address: string): string => `   0: ${address}:0050 0:0 0A 0:0\n`;

await t.test("listening sockets are told, those that talk are not", async (t) => {
  const text = `${head}   0: 0100007F:24E7 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7 1\n   1: 0100007F:C350 0100007F:24E7 01 00000000:00000000 00:00000000 00000000     0        0 8 1\n`;
  t.strictSame(parseListening(text, []), [{ ip: "127.0.0.1", port: 9447 }]);
});

await t.test("a socket on no address in particular listens at all of the node's", async (t) => {
  const text = `${head}   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 0:0\n`;
  t.strictSame(parseListening(text, ["192.0.2.1", "fd00::1"]), [
    { ip: "192.0.2.1", port: 22 },
    { ip: "fd00::1", port: 22 },
  ]);
});

await t.test("IPv6 addresses are canonical text, IPv4-mapped ones are IPv4", async (t) => {
  const text = head + line("000000FD000000000000000001000000") + line("0000000000000000FFFF00000100007F");
  t.strictSame(parseListening(text, []), [
    { ip: "fd00::1", port: 80 },
    { ip: "127.0.0.1", port: 80 },
  ]);
});

await t.test("a server of ours is among the listening sockets", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  t.ok((await listeningSockets()).some((socket) => socket.ip === "127.0.0.1" && socket.port === port));
  server.close();
});
