import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Load } from "./load.ts";
import type { Laboratory } from "./network/laboratory.ts";
import type { LoadReport } from "./programs/client.ts";

const program = fileURLToPath(new URL("programs/client.ts", import.meta.url));

/** A client program that runs in a namespace of the laboratory. */
export class Client {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #reports: Promise<readonly LoadReport[]>;

  constructor(lab: Laboratory, where: string, loads: readonly Load[]) {
    this.#child = lab.start(where, [process.execPath, program]);
    this.#closed = once(this.#child, "close");
    this.#reports = readReports(this.#child, loads.length);
    this.#child.stdin!.write(`${JSON.stringify(loads)}\n`);
  }

  /** Resolves when every load is done. */
  reports(): Promise<readonly LoadReport[]> {
    return this.#reports;
  }

  /** Ends it, and with it what it still has open. */
  async end(): Promise<void> {
    this.#child.stdin!.end();
    await this.#closed;
  }
}

function readReports(child: ChildProcess, count: number): Promise<readonly LoadReport[]> {
  return new Promise((resolve, reject) => {
    const reports: LoadReport[] = [];
    createInterface({ input: child.stdout! }).on("line", (line) => {
      reports.push(JSON.parse(line) as LoadReport);
      if (reports.length === count) resolve(reports);
    });
    child.once("close", () => reject(new Error("a client ended before its loads were done")));
  });
}
