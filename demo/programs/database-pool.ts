import { type Socket, connect } from "node:net";
import { encodeCommand } from "./resp.ts";

type Settle = (reply: string | Error) => void;

/** A pool of one connection, which stays open until it breaks and is then opened anew by the next question. */
export class DatabasePool {
  readonly #findServer: () => Promise<string>;
  #connection: Promise<Socket> | undefined;
  /** Replies come in the order of the commands. */
  #waiting: Settle[] = [];

  constructor(findServer: () => Promise<string>) {
    this.#findServer = findServer;
  }

  /** For commands with a reply of one line. Throws where the database can't be reached, or says no. */
  async ask(...command: readonly string[]): Promise<string> {
    this.#connection ??= this.#open();
    const socket = await this.#connection;
    return new Promise((resolve, reject) => {
      this.#waiting.push((reply) => (typeof reply === "string" ? resolve(reply) : reject(reply)));
      socket.write(encodeCommand(command), "latin1");
    });
  }

  async #open(): Promise<Socket> {
    try {
      const socket = connect({ host: await this.#findServer(), port: 6379, timeout: 5000 });
      this.#listen(socket);
      await new Promise((resolve, reject) => {
        socket.once("connect", resolve).once("close", () => reject(new Error("the database does not answer")));
      });
      return socket;
    } catch (error) {
      this.#connection = undefined;
      throw error;
    }
  }

  #listen(socket: Socket): void {
    let received = "";
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      const lines = `${received}${chunk}`.split("\r\n");
      received = lines.pop() ?? "";
      for (const line of lines)
        this.#waiting.shift()?.(line.startsWith("-") ? new Error(line.slice(1)) : line.slice(1));
    });
    // A timeout counts silence, which on an open connection means only that nobody asked.
    socket.on("timeout", () => (socket.connecting || this.#waiting.length > 0 ? socket.destroy() : undefined));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#fail());
  }

  #fail(): void {
    this.#connection = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const settle of waiting) settle(new Error("the connection to the database broke"));
  }
}
