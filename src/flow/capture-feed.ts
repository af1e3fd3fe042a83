import { spawn } from "node:child_process";
import { connect } from "node:net";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { FlowEvent } from "./connection.ts";
import { decodeEvent } from "./event-line.ts";
import { LineSplitter } from "./line-splitter.ts";

/** Where capture runs: a child process of this one, or a process that listens on a Unix socket. */
export type CaptureSource =
  | { readonly kind: "spawn"; readonly command: readonly [string, ...string[]] }
  | { readonly kind: "unix"; readonly path: string };

/** Capture can't run here at all, and said why: there is no use in trying again. */
export class CaptureRefused extends Error {
  override readonly name = "CaptureRefused";
}

export interface FeedOptions {
  readonly source: CaptureSource;
  readonly onEvent: (event: FlowEvent) => void;
  readonly logger: Logger;
}

/** What an operator must know of the feed; counts since the start. */
export interface FeedStatus {
  readonly isConnected: boolean;
  /** Times that capture ended and was begun again: connections made meanwhile were not seen. */
  readonly restarts: number;
  readonly badLines: number;
}

/** How long capture may take to tell its last connections when it is to end. */
const GOODBYE_MS = 2_000;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;
/** Exit status of `weir capture` when it can't capture. */
const REFUSED_STATUS = 2;

/**
 * In: lines from a capture process. Out: flow events. Begins capture again when it ends, with back-off;
 * two processes, so that neither packets nor HTTP ever wait for the other.
 */
export class CaptureFeed {
  readonly #options: FeedOptions;
  #isConnected = false;
  #restarts = 0;
  #badLines = 0;
  #hasHeard = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get status(): FeedStatus {
    return { isConnected: this.#isConnected, restarts: this.#restarts, badLines: this.#badLines };
  }

  /** Until `signal` aborts. Throws CaptureRefused if the first capture process says that it can't. */
  async run(signal: AbortSignal): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      this.#hasHeard = false;
      await this.#runOnce(signal);
      this.#isConnected = false;
      if (signal.aborted) return;
      if (this.#hasHeard) pauseMs = FIRST_PAUSE_MS;
      this.#restarts += 1;
      this.#options.logger.warn({ restarts: this.#restarts }, "capture ended; beginning it again");
      await sleep(pauseMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  }

  #runOnce(signal: AbortSignal): Promise<void> {
    const { source } = this.#options;
    return source.kind === "spawn" ? this.#runChild(source.command, signal) : this.#runSocket(source.path, signal);
  }

  async #runChild([program, ...args]: readonly [string, ...string[]], signal: AbortSignal): Promise<void> {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let killing: NodeJS.Timeout | undefined;
    const kill = (): void => {
      child.kill("SIGTERM");
      killing = setTimeout(() => child.kill("SIGKILL"), GOODBYE_MS);
    };
    signal.addEventListener("abort", kill, { once: true });
    let lastWords = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      lastWords = (lastWords + text).slice(-2_000);
    });
    const ended = new Promise<number | null>((resolve) => {
      child.once("close", resolve);
      child.once("error", (error) => {
        lastWords = error.message;
        resolve(null);
      });
    });
    await this.#read(child.stdout);
    const status = await ended;
    signal.removeEventListener("abort", kill);
    clearTimeout(killing);
    if (status === REFUSED_STATUS && !this.#hasHeard && this.#restarts === 0) {
      throw new CaptureRefused(lastWords.trim().replace(/^weir: /u, ""));
    }
    if (!signal.aborted) this.#options.logger.warn({ status, lastWords: lastWords.trim() }, "capture process ended");
  }

  async #runSocket(path: string, signal: AbortSignal): Promise<void> {
    const socket = connect({ path });
    const close = (): void => void socket.destroy();
    signal.addEventListener("abort", close, { once: true });
    await this.#read(socket);
    signal.removeEventListener("abort", close);
  }

  /** Ends with the stream, however it ends. */
  async #read(stream: Readable): Promise<void> {
    const splitter = new LineSplitter();
    stream.setEncoding("utf8");
    try {
      for await (const piece of stream) {
        const { lines, tooLong } = splitter.push(piece as string);
        this.#badLines += tooLong;
        for (const line of lines) this.#onLine(line);
      }
    } catch (error) {
      this.#options.logger.debug({ error }, "capture's stream broke");
    }
  }

  #onLine(line: string): void {
    this.#hasHeard = true;
    this.#isConnected = true;
    const event = parse(line);
    if (event === undefined) this.#badLines += 1;
    else this.#options.onEvent(event);
  }
}

function parse(line: string): FlowEvent | undefined {
  try {
    return decodeEvent(line);
  } catch {
    return undefined;
  }
}
