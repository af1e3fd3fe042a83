import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { UsageError } from "./usage-error.ts";

/**
 * Listens on a Unix socket and runs `work` for one reader after the other, with the socket's descriptor.
 * The socket's folder says who may come: in the DaemonSet it is an emptyDir of the pod's own, so that
 * everybody who gets that far may connect (the agent is not root).
 */
export async function serveReaders(
  path: string,
  signal: AbortSignal,
  work: (fd: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const server = await listen(path);
  signal.addEventListener("abort", () => server.close(), { once: true });
  let last: Promise<void> = Promise.resolve();
  let failure: unknown;
  server.on("connection", (socket) => {
    // A reader that comes while another is served waits for its end, which comes with the next flush.
    last = last
      .then(() => serve(socket, signal, work))
      .catch((error: unknown) => {
        failure ??= error;
        server.close();
      });
  });
  await once(server, "close");
  await last;
  rmSync(path, { force: true });
  if (failure !== undefined) throw failure;
}

async function listen(path: string): Promise<Server> {
  rmSync(path, { force: true }); // left by one that was killed
  const server = createServer({ pauseOnConnect: true });
  server.listen(path);
  await once(server, "listening").catch((cause: unknown) => {
    throw new UsageError(`--socket ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  chmodSync(path, 0o666);
  return server;
}

async function serve(
  socket: Socket,
  signal: AbortSignal,
  work: (fd: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (signal.aborted) return void socket.destroy();
  try {
    await work(descriptorOf(socket), signal);
  } finally {
    socket.destroy();
  }
}

/** Not in Node's documentation, yet the only way to write to a socket synchronously, which capture must. */
function descriptorOf(socket: Socket): number {
  const { fd } = (socket as unknown as { readonly _handle: { readonly fd: number } })._handle;
  if (!(fd >= 0)) throw new Error("this Node.js gives no descriptor for a socket");
  return fd;
}
