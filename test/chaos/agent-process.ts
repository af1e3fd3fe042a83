import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const weir = fileURLToPath(new URL("../../bin/weir", import.meta.url));
const ANSWER_WITHIN_MS = 30_000;
const READY_WITHIN_MS = 120_000;

export interface AgentPlace {
  /** Flags that say where it knows the cluster from. */
  readonly cluster: readonly string[];
  readonly dataDir: string;
  /** Of the Unix socket where somebody plays capture. */
  readonly socket: string;
  readonly port: number;
  /** What is to be written before the command, so that it runs in a namespace. */
  readonly within?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** `weir agent` on this machine's loopback, as often as somebody starts it. */
export class AgentProcess {
  readonly #place: AgentPlace;
  #child: ChildProcess | undefined;
  #startMs = 0;
  /** What it said on standard error since it was started last. */
  said = "";

  constructor(place: AgentPlace) {
    this.#place = place;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#place.port}`;
  }

  start(): void {
    const { cluster, dataDir, socket, port, within = [], env } = this.#place;
    const argv = [...within, weir, "agent", ...cluster, "--data-dir", dataDir];
    argv.push("--capture", `unix:${socket}`, "--listen", `127.0.0.1:${port}`);
    this.said = "";
    this.#startMs = performance.now();
    const child = spawn(argv[0]!, argv.slice(1), {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ...env },
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.said += text));
    this.#child = child;
  }

  /** Milliseconds from its start until it answers that all is well. */
  async ready(): Promise<number> {
    while (performance.now() < this.#startMs + READY_WITHIN_MS) {
      if ((await this.get("/readyz")) !== undefined) return performance.now() - this.#startMs;
      if (this.#child!.exitCode !== null) throw new Error(`the agent has ended: ${this.said}`);
      await pause(15);
    }
    throw new Error(`the agent is not ready: ${(await this.text("/readyz")) ?? this.said}`);
  }

  /** By kill -9; when it has gone. */
  async kill(): Promise<void> {
    const closed = this.closed();
    this.#child!.kill("SIGKILL");
    await closed;
  }

  /** Of its exit; null while it runs, or where a signal ended it. */
  get status(): number | null {
    return this.#child!.exitCode;
  }

  async closed(): Promise<void> {
    const child = this.#child!;
    if (child.exitCode === null && child.signalCode === null) await once(child, "close");
  }

  /** A body of JSON; undefined where no whole answer of success came. */
  async get<Body>(path: string): Promise<Body | undefined> {
    return this.#ask(path, {}, (answer) => (answer.ok ? (answer.json() as Promise<Body>) : undefined));
  }

  /** Whatever the status; undefined where nobody answers. */
  async text(path: string): Promise<string | undefined> {
    return this.#ask(path, {}, (answer) => answer.text());
  }

  /** Whether it was done: undefined where nobody knows, for no answer came. */
  async send(method: "PUT" | "DELETE", path: string, body?: unknown): Promise<boolean | undefined> {
    const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    return this.#ask(path, { method, ...(body !== undefined && json) }, async (answer) => {
      await answer.text();
      return answer.ok;
    });
  }

  async #ask<Value>(
    path: string,
    request: RequestInit,
    read: (answer: Response) => Promise<Value> | Value | undefined,
  ): Promise<Value | undefined> {
    try {
      return await read(
        await fetch(this.url + path, {
          ...request,
          signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        }),
      );
    } catch {
      return undefined;
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  return port;
}
