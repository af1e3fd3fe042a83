import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, type Server, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { Lab } from "./lab/lab.ts";
import { nodeNetwork } from "./lab/wiring.ts";

const forwarder = fileURLToPath(new URL("programs/forwarder.ts", import.meta.url));

/**
 * Makes a port of the node's loopback answer on this machine's loopback too, on the same number where that is
 * free; answers the number. A socket stays in the network namespace it was made in: this process makes the
 * listening one, and a process on the node, which it is handed to, makes those that go on.
 */
export async function forwardToNode(lab: Lab, port: number): Promise<number> {
  const server = await listen(port).catch(() => listen(0));
  const { port: actual } = server.address() as AddressInfo;
  const child = lab.start(nodeNetwork, [process.execPath, forwarder, String(port)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await handOver(child, server);
  return actual;
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function handOver(child: ChildProcess, server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.send("listener", server, (error) => (error === null ? resolve() : reject(error)));
  });
  // The child has the socket now; ours would take every other connection.
  server.close();
  child.unref();
  child.channel?.unref();
}
