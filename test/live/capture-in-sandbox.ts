/** `weir capture` in network namespaces of its own, and what it told so far. */
import { type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openSandbox, type Sandbox } from "../../demo/lab/sandbox.ts";
import type { CaptureStatus, Connection, FlowEvent } from "../../src/flow/connection.ts";
import { decodeEvent } from "../../src/flow/event-line.ts";
import { LineSplitter } from "../../src/flow/line-splitter.ts";
import { eventually } from "../demo/eventually.ts";

const weir = fileURLToPath(new URL("../../bin/weir", import.meta.url));

/** Undefined where packets can be captured in a sandbox on this machine, else the reason why not. */
export async function whyNoCapture(): Promise<string | undefined> {
  try {
    const sandbox = await openSandbox();
    const { code, stderr } = await sandbox.run(["ip", "netns", "add", "try"]);
    await sandbox.close();
    return code === 0 ? undefined : stderr;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Runs lines of sh there; throws what they say where one fails. */
export async function shell(sandbox: Sandbox, lines: string): Promise<string> {
  const { code, stdout, stderr } = await sandbox.run(["sh", "-ec", lines]);
  if (code !== 0) throw new Error(`${lines}: ${stderr || stdout}`);
  return stdout;
}

export class CaptureInSandbox {
  readonly process: ChildProcess;
  readonly events: FlowEvent[] = [];
  warnings = "";

  constructor(sandbox: Sandbox, args: readonly string[]) {
    this.process = sandbox.start([weir, "capture", ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const splitter = new LineSplitter();
    this.process.stdout!.setEncoding("utf8").on("data", (piece: string) => {
      for (const line of splitter.push(piece).lines) this.events.push(decodeEvent(line));
    });
    this.process.stderr!.on("data", (text: Buffer) => (this.warnings += text.toString()));
  }

  get status(): CaptureStatus | undefined {
    return this.events.findLast((event) => event.kind === "status")?.status;
  }

  get closed(): readonly Connection[] {
    return this.events.flatMap((event) => (event.kind === "closed" ? [event.connection] : []));
  }

  /** Waits until what it told last is as wished. */
  async says(what: string, isTrue: (status: CaptureStatus) => boolean): Promise<CaptureStatus> {
    return eventually(what, async () => {
      const { status } = this;
      return status !== undefined && isTrue(status) ? status : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${JSON.stringify(this.status)} ${this.warnings}`, { cause: error });
    });
  }

  /** Processor time that it used so far, in milliseconds; its open files. */
  cost(sandbox: Sandbox): { readonly cpuMs: number; readonly files: number } {
    const pid = this.pid(sandbox);
    const proc = `${sandbox.root}/proc/${pid}`;
    const fields = readFileSync(`${proc}/stat`, "utf8").split(") ")[1]!.split(" ");
    // proc_pid_stat(5): fields 14 and 15, in ticks of 10 ms.
    return { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, files: readdirSync(`${proc}/fd`).length };
  }

  /** As the sandbox counts. */
  pid(sandbox: Sandbox): string {
    const isIt = (pid: string): boolean => {
      const words = readFileSync(`${sandbox.root}/proc/${pid}/cmdline`, "utf8").split("\0");
      return words.some((word) => word.endsWith("src/main.ts")) && words.includes("capture");
    };
    return readdirSync(`${sandbox.root}/proc`).find((name) => /^\d+$/u.test(name) && isIt(name))!;
  }
}
