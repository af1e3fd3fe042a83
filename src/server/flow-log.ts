import { Readable } from "node:stream";

const MAX_RECENT = 2_000;
/** Lines that wait for one slow follower; past it he loses lines and is told how many. */
const MAX_WAITING_OCTETS = 1024 * 1024;
const MAX_FOLLOWERS = 32;

/** The latest flows as JSON lines, and those who follow them as they come. Bounded on every side. */
export class FlowLog {
  readonly #recent: string[] = [];
  readonly #followers = new Set<Follower>();

  add(value: unknown): void {
    const line = `${JSON.stringify(value)}\n`;
    this.#recent.push(line);
    if (this.#recent.length > MAX_RECENT) this.#recent.shift();
    for (const follower of this.#followers) follower.offer(line);
  }

  recent(): string {
    return this.#recent.join("");
  }

  /** What is recent and all that comes, until the reader closes it; undefined when there are too many followers. */
  follow(): Readable | undefined {
    if (this.#followers.size >= MAX_FOLLOWERS) return undefined;
    const follower = new Follower();
    this.#followers.add(follower);
    follower.once("close", () => this.#followers.delete(follower));
    follower.offer(this.recent());
    return follower;
  }

  /** Ends all streams: the server is closing. */
  close(): void {
    for (const follower of this.#followers) follower.push(null);
  }
}

class Follower extends Readable {
  #lost = 0;

  constructor() {
    super({ highWaterMark: MAX_WAITING_OCTETS });
  }

  override _read(): void {
    // Lines come when they come.
  }

  offer(line: string): void {
    if (line === "") return;
    if (this.readableLength > MAX_WAITING_OCTETS) {
      this.#lost += 1;
      return;
    }
    if (this.#lost > 0) this.push(`${JSON.stringify({ lost: this.#lost })}\n`);
    this.#lost = 0;
    this.push(line);
  }
}
