import { Readable } from "node:stream";
import { type Sight, wholeSight } from "./access/sight.ts";

const MAX_RECENT = 2_000;
/** Lines that wait for one slow follower; past it he loses lines and is told how many. */
const MAX_WAITING_OCTETS = 1024 * 1024;
/** Who has lost so many in a row does not read: he gives his place to others. */
const MAX_LOST = 100_000;
const MAX_FOLLOWERS = 32;

/** Who follows. */
export interface FollowOptions {
  readonly sight: Sight;
  /** Whose streams are counted together. */
  readonly caller: string;
  /** Streams that one caller may have. */
  readonly most: number;
}

/**
 * The latest flows as JSON lines, and those who follow them as they come. Bounded on every side. A flow becomes text
 * when somebody reads it: most are never asked for, and the text costs more than all else that the agent does with one.
 */
export class FlowLog<Flow = unknown> {
  /** A ring, once it is full: the oldest stands at `#oldest`. */
  readonly #recent: Flow[] = [];
  #oldest = 0;
  readonly #followers = new Set<Follower>();
  readonly #toJson: (flow: Flow, sight: Sight) => unknown;

  /** `toJson` makes of a flow what is shown of it to who sees so much; undefined for nothing. */
  constructor(toJson: (flow: Flow, sight: Sight) => unknown = (flow) => flow) {
    this.#toJson = toJson;
  }

  add(flow: Flow): void {
    if (this.#recent.length < MAX_RECENT) this.#recent.push(flow);
    else {
      this.#recent[this.#oldest] = flow;
      this.#oldest = (this.#oldest + 1) % MAX_RECENT;
    }
    if (this.#followers.size === 0) return;
    const whole = this.#lineOf(flow, wholeSight);
    for (const follower of this.#followers)
      follower.offer(follower.sight.isWhole ? whole : this.#lineOf(flow, follower.sight));
  }

  recent(sight: Sight = wholeSight): string {
    const inOrder = [...this.#recent.slice(this.#oldest), ...this.#recent.slice(0, this.#oldest)];
    return inOrder.map((flow) => this.#lineOf(flow, sight)).join("");
  }

  /** What is recent and all that comes, until the reader closes it; undefined when there are too many followers. */
  follow(options: Partial<FollowOptions> = {}): Follower | undefined {
    const { sight = wholeSight, caller = "", most = MAX_FOLLOWERS } = options;
    const own = [...this.#followers].filter((follower) => follower.caller === caller);
    if (this.#followers.size >= MAX_FOLLOWERS || own.length >= most) return undefined;
    const follower = new Follower(caller, sight);
    this.#followers.add(follower);
    follower.once("close", () => this.#followers.delete(follower));
    follower.offer(this.recent(sight));
    return follower;
  }

  #lineOf(flow: Flow, sight: Sight): string {
    const shown = this.#toJson(flow, sight);
    return shown === undefined ? "" : `${JSON.stringify(shown)}\n`;
  }

  /** Ends all streams: the server is closing. */
  close(): void {
    for (const follower of this.#followers) follower.end();
  }
}

/** What those who answer for the log need of it, whatever its flows are. */
export type ReadableFlowLog = Pick<FlowLog, "recent" | "follow" | "close">;

/** One stream of lines, as much of them as may be seen now. */
export class Follower extends Readable {
  readonly caller: string;
  sight: Sight;
  #lost = 0;
  #hasEnded = false;

  constructor(caller: string, sight: Sight) {
    super({ highWaterMark: MAX_WAITING_OCTETS });
    this.caller = caller;
    this.sight = sight;
  }

  override _read(): void {
    // Lines come when they come.
  }

  offer(line: string): void {
    if (line === "" || this.#hasEnded) return;
    if (this.readableLength > MAX_WAITING_OCTETS) {
      this.#lost += 1;
      if (this.#lost >= MAX_LOST) this.destroy();
      return;
    }
    if (this.#lost > 0) this.push(`${JSON.stringify({ lost: this.#lost })}\n`);
    this.#lost = 0;
    this.push(line);
  }

  /** A last line says why, if there is something to say. */
  end(why?: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (why !== undefined) this.push(`${JSON.stringify({ ended: why })}\n`);
    this.push(null);
  }
}
