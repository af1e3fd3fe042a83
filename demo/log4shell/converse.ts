import { connect } from "node:net";

export interface NamingServer {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

export interface Conversation<Answer> {
  readonly greeting: Buffer;
  /** Looks at all that has arrived, each time that more has; undefined as long as the answer is not there. */
  readonly read: (received: Buffer) => Answer | undefined;
}

/** Connects, says something and listens for one answer. Throws where there is none in time. */
export function converse<Answer>(
  { host, port, timeoutMs }: NamingServer,
  { greeting, read }: Conversation<Answer>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal: AbortSignal.timeout(timeoutMs) });
    let received = Buffer.alloc(0);
    socket.write(greeting);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      try {
        const answer = read(received);
        if (answer === undefined) return;
        resolve(answer);
        socket.destroy();
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    const server = `${host}:${port}`;
    socket.on("error", (error) =>
      reject(
        error.name === "AbortError"
          ? new Error(`no answer of ${server} within ${timeoutMs / 1000} s`)
          : new Error(`${server}: ${error.message}`, { cause: error }),
      ),
    );
    socket.on("close", () => reject(new Error(`${server} ended without an answer`)));
  });
}
