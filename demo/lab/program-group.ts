import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import type { Program } from "./plan.ts";

const maxKeptCharacters = 20_000;

/** Told when a program ends although nobody stopped the lab. */
export type OnProgramEnd = (program: string, output: string) => void;

/** The programs that run in a lab: what each has said of late, and whether one died. */
export class ProgramGroup {
  readonly #output = new Map<string, string>();
  readonly #onEnd: OnProgramEnd;
  #stopping = false;

  constructor(onEnd: OnProgramEnd) {
    this.#onEnd = onEnd;
  }

  /** Resolves with the program's first line: a server says it when it listens. Rejects where it ends before. */
  async add(program: Program, child: ChildProcess): Promise<void> {
    child.stdin?.end(program.input ?? "");
    const ended = this.#watchEnd(program, child);
    const spoke = Promise.race([this.#keep(program.name, child.stdout), this.#keep(program.name, child.stderr)]);
    if (program.role === "server") await Promise.race([spoke, ended]);
  }

  /** The last that a program wrote, on either stream. */
  output(program: string): string {
    return this.#output.get(program) ?? "";
  }

  /** From now on an ending program is what was asked for. */
  expectEnd(): void {
    this.#stopping = true;
  }

  #keep(name: string, stream: Readable | null): Promise<void> {
    return new Promise((resolve) => {
      stream?.on("data", (chunk: Buffer) => {
        this.#output.set(name, `${this.output(name)}${String(chunk)}`.slice(-maxKeptCharacters));
        resolve();
      });
    });
  }

  #watchEnd({ name, role }: Program, child: ChildProcess): Promise<never> {
    return new Promise((_, reject) => {
      child.once("close", () => {
        if (this.#stopping) return;
        this.#onEnd(name, this.output(name));
        if (role === "server") reject(new Error(`${name} did not start: ${this.output(name)}`));
      });
    });
  }
}
