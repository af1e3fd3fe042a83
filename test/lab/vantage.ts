import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { CaptureStatus, Connection, FlowEvent, ResolvedName } from "../../src/flow/connection.ts";
import { decodeEvent } from "../../src/flow/event-line.ts";
import { eventually } from "../demo/eventually.ts";

export const weir = fileURLToPath(new URL("../../bin/weir", import.meta.url));

/** A place where `weir capture` runs: everything that it has told, as its reader got it through a pipe. */
export class Vantage {
  readonly opened: Connection[] = [];
  readonly closed: Connection[] = [];
  readonly resolved: ResolvedName[] = [];
  status: CaptureStatus | undefined;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  #complaints = "";

  /** Of a child that runs `weir capture`, with its outputs as pipes. */
  constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr!.on("data", (text: Buffer) => (this.#complaints += text.toString()));
    this.#ended = once(child, "close");
    createInterface({ input: child.stdout! }).on("line", (line) => this.#take(decodeEvent(line)));
  }

  /** Resolves when it captures. */
  async listens(): Promise<void> {
    await eventually("capture has begun", async () => this.status).catch((cause: unknown) => {
      throw new Error(this.#complaints, { cause });
    });
  }

  /** Asks it to end in order, and resolves when all that it told is here. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#ended;
  }

  #take(event: FlowEvent): void {
    switch (event.kind) {
      case "opened":
        this.opened.push(event.connection);
        break;
      case "closed":
        this.closed.push(event.connection);
        break;
      case "resolved":
        this.resolved.push(event.resolved);
        break;
      case "status":
        this.status = event.status;
        break;
      case "named": // what a TLS client claims is none of the programs' truth
        break;
    }
  }
}
