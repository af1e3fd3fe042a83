import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { FlowEvent } from "../../src/flow/connection.ts";
import { writeEvent } from "../../src/flow/event-line.ts";
import { JsonOctets } from "../../src/flow/json-octets.ts";
import { captureStatus } from "../../test/chaos/capture-status.ts";
import type { SpedUp } from "./sped-up.ts";

const STATUS_MS = 1_000;
const MAX_LINE_OCTETS = 1_024;

/** A connection's line, to be told to more than one. */
export function lineOf(event: FlowEvent): Buffer {
  const json = new JsonOctets(MAX_LINE_OCTETS);
  writeEvent(event, json);
  return json.octets.subarray(0, json.end);
}

/**
 * Plays `weir capture --socket` of one node. Unlike it, it keeps what can't be told while its agent is away, so that
 * what all know in the end can be compared to the last connection.
 */
export class NodeFeed {
  readonly #clock: SpedUp;
  readonly #server: Server;
  #socket: Socket | undefined;
  #waiting: Buffer[] = [];
  #isHeld = false;
  #told = 0;

  private constructor(clock: SpedUp) {
    this.#clock = clock;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async listen(path: string, clock: SpedUp): Promise<NodeFeed> {
    const feed = new NodeFeed(clock);
    feed.#server.listen(path);
    await once(feed.#server, "listening");
    return feed;
  }

  /** Connections told so far. */
  get told(): number {
    return this.#told;
  }

  /** Whether something has not been taken yet. */
  get isBehind(): boolean {
    return this.#waiting.length > 0 || (this.#socket?.writableLength ?? 0) > 0;
  }

  tell(line: Buffer): void {
    this.#waiting.push(line);
  }

  /** Tells what has come since the last time, if there is somebody who hears. */
  flush(): void {
    if (this.#isHeld || this.#socket === undefined || this.#waiting.length === 0) return;
    this.#told += this.#waiting.length;
    this.#socket.write(Buffer.concat(this.#waiting));
    this.#waiting = [];
  }

  /** Tells nothing from now on. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.#socket?.destroy();
    this.#socket = socket;
    const startedUs = this.#nowUs();
    const told = this.#told;
    const tellStatus = (): void => {
      const now = { packets: this.#told - told, startedUs, timeUs: this.#nowUs() };
      socket.write(lineOf(captureStatus(now)));
    };
    const telling = setInterval(tellStatus, STATUS_MS);
    socket.on("error", () => socket.destroy()); // the agent was killed
    socket.once("close", () => {
      clearInterval(telling);
      if (this.#socket === socket) this.#socket = undefined;
    });
    tellStatus();
  }

  #nowUs(): number {
    return Math.floor(this.#clock.nowMs()) * 1000;
  }
}
