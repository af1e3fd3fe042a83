import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { type Interface, createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ServerEntry } from "./load.ts";
import type { Laboratory } from "./network/laboratory.ts";

const program = fileURLToPath(new URL("programs/server.ts", import.meta.url));

/** A server program that runs in a namespace of the laboratory. */
export class Server {
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  private constructor(child: ChildProcess, lines: Interface) {
    this.#child = child;
    this.#lines = lines;
  }

  /** Resolves when it listens on all of `listensOn`, see programs/server.ts. */
  static async start(lab: Laboratory, where: string, listensOn: readonly string[]): Promise<Server> {
    const child = lab.start(where, [process.execPath, program, ...listensOn]);
    const lines = createInterface({ input: child.stdout! });
    await once(lines, "line");
    return new Server(child, lines);
  }

  /** What it took until now. */
  async tell(): Promise<readonly ServerEntry[]> {
    this.#child.stdin!.write("tell\n");
    const [line] = (await once(this.#lines, "line")) as [string];
    return JSON.parse(line) as readonly ServerEntry[];
  }

  /** Ends it, and with it what it still has open. */
  end(): void {
    this.#child.stdin!.end();
  }
}
