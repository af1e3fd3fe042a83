import type { Answer } from "../http/answer.ts";
import { Watch, type WatchSource } from "./watch.ts";

/** Without a wish of the client's, a watch ends after so long and up to twice that: --min-request-timeout. */
const LEAST_SECONDS = 1800;
/** About a minute apart, as the watch cache does. */
const BOOKMARK_MS = 60_000;

/** All watches that are open. */
export class Watches {
  readonly #open = new Map<Watch, string>();

  /** Resolves when the watch has ended. */
  run(source: WatchSource, answer: Answer): Promise<void> {
    const watch = new Watch(source, answer);
    const seconds = source.options.timeoutSeconds || LEAST_SECONDS * (1 + Math.random());
    const ending = setTimeout(() => watch.end("in order"), seconds * 1000);
    const marking = setInterval(() => watch.bookmark(), BOOKMARK_MS);
    const unfollow = source.collection.follow(() => watch.pump());
    this.#open.set(watch, source.collection.resource.plural);
    watch.start();
    return new Promise((resolve) => {
      answer.response.once("close", () => {
        clearTimeout(ending);
        clearInterval(marking);
        unfollow();
        this.#open.delete(watch);
        resolve();
      });
    });
  }

  /** How many are open, of one resource or of all. */
  count(plural?: string): number {
    return [...this.#open.values()].filter((each) => plural === undefined || each === plural).length;
  }

  bookmark(): void {
    for (const watch of this.#open.keys()) watch.bookmark();
  }

  end(how: Parameters<Watch["end"]>[0]): void {
    for (const watch of this.#open.keys()) watch.end(how);
    this.#open.clear();
  }
}
