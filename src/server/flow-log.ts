import { Readable } from "node:stream";

const MAX_RECENT = 2_000;
/** Lines that wait for one slow follower; past it he loses lines and is told how many. */
const MAX_WAITING_OCTETS = 1024 * 1024;
const MAX_FOLLOWERS = 32;

/**
 * The latest flows as JSON lines, and those who follow them as they come. Bounded on every side. A flow becomes text
 * when somebody reads it: most are never asked for, and the text costs more than all else that the agent does with one.
 */
export class FlowLog<Flow = unknown> {
  /** A ring, once it is full: the oldest stands at `#oldest`. */
  readonly #recent: Flow[] = [];
  #oldest = 0;
  readonly #followers = new Set<Follower>();
  readonly #toJson: (flow: Flow) => unknown;

  /** `toJson` makes of a flow what is shown of it. */
  constructor(toJson: (flow: Flow) => unknown = (flow) => flow) {
    this.#toJson = toJson;
  }

  add(flow: Flow): void {
    if (this.#recent.length < MAX_RECENT) this.#recent.push(flow);
    else {
      this.#recent[this.#oldest] = flow;
      this.#oldest = (this.#oldest + 1) % MAX_RECENT;
    }
    if (this.#followers.size === 0) return;
    const line = this.#lineOf(flow);
    for (const follower of this.#followers) follower.offer(line);
  }

  recent(): string {
    const inOrder = [...this.#recent.slice(this.#oldest), ...this.#recent.slice(0, this.#oldest)];
    return inOrder.map((flow) => this.#lineOf(flow)).join("");
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

  #lineOf(flow: Flow): string {
    return `${JSON.stringify(this.#toJson(flow))}\n`;
  }

  /** Ends all streams: the server is closing. */
  close(): void {
    for (const follower of this.#followers) follower.push(null);
  }
}

/** What those who answer for the log need of it, whatever its flows are. */
export type ReadableFlowLog = Pick<FlowLog, "recent" | "follow" | "close">;

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
