import { createHash } from "node:crypto";
import { ClusterFileError } from "./cluster-file-error.ts";
import type { KubernetesObject } from "../objects.ts";
import { lookOfFiles, watchFolders } from "./file-look.ts";
import { parseClusterText } from "./parse-cluster-text.ts";
import { clusterFileNames, readClusterText } from "./cluster-files.ts";

export interface FollowOptions {
  /** Each good state, the first one before followClusterFiles returns. */
  readonly onChange: (objects: readonly KubernetesObject[]) => void;
  /** A state that can't be read, once; the last good one goes on to hold. */
  readonly onFault: (fault: ClusterFileError) => void;
  readonly signal: AbortSignal;
  /** How often the files are looked at even if the system tells of no change. */
  readonly pollMs?: number;
  /** A file must lie still for this long before it is read: writers in place are seen half done otherwise. */
  readonly settleMs?: number;
}

/**
 * Reads cluster files and reads them again whenever they change: written in place, renamed over, swapped
 * by an editor or by the symlink of a mounted ConfigMap. The system's notices only make it quicker; the
 * poll alone would do (some file systems give no notices). Throws ClusterFileError where the first state is bad.
 */
export function followClusterFiles(paths: readonly string[], options: FollowOptions): void {
  const follower = new Follower(paths, options);
  follower.readFirst();
  if (!options.signal.aborted) follower.run(options.signal);
}

class Follower {
  readonly #paths: readonly string[];
  readonly #options: FollowOptions;
  readonly #settleMs: number;
  /** What the files looked like when they were last read, and what they held. */
  #look = "";
  #digest = "";
  #lastFault = "";
  #settling: { readonly look: string; readonly timer: NodeJS.Timeout } | undefined;

  constructor(paths: readonly string[], options: FollowOptions) {
    this.#paths = paths;
    this.#options = options;
    this.#settleMs = options.settleMs ?? 250;
  }

  readFirst(): void {
    this.#look = lookOfFiles(this.#paths);
    const { digest, objects } = readState(this.#paths, "");
    this.#digest = digest;
    this.#options.onChange(objects ?? []);
  }

  run(signal: AbortSignal): void {
    const watchers = watchFolders(this.#paths, () => this.#check());
    const poll = setInterval(() => this.#check(), this.#options.pollMs ?? 2000);
    const stop = (): void => {
      clearInterval(poll);
      clearTimeout(this.#settling?.timer);
      for (const watcher of watchers) watcher.close();
    };
    signal.addEventListener("abort", stop, { once: true });
  }

  /** Waits until two looks, settleMs apart, are the same and differ from what was read. */
  #check(): void {
    const look = lookOfFiles(this.#paths);
    if (look === this.#settling?.look) return;
    clearTimeout(this.#settling?.timer);
    this.#settling = undefined;
    if (look === this.#look) return;
    this.#settling = { look, timer: setTimeout(() => this.#settled(look), this.#settleMs) };
  }

  #settled(look: string): void {
    this.#settling = undefined;
    if (lookOfFiles(this.#paths) === look) this.#read(look);
    else this.#check();
  }

  #read(look: string): void {
    this.#look = look;
    try {
      const { digest, objects } = readState(this.#paths, this.#digest);
      this.#digest = digest;
      this.#lastFault = "";
      if (objects !== undefined) this.#options.onChange(objects);
    } catch (error) {
      if (!(error instanceof ClusterFileError)) throw error;
      if (error.message !== this.#lastFault) this.#options.onFault(error);
      this.#lastFault = error.message;
      // The next good state ends the fault, so it is told even where it is the last one again.
      this.#digest = "";
    }
  }
}

/** No objects where the text is that of `knownDigest`: a touched file is no change. */
function readState(
  paths: readonly string[],
  knownDigest: string,
): { readonly digest: string; readonly objects: readonly KubernetesObject[] | undefined } {
  const files = clusterFileNames(paths).map((name) => ({ name, text: readClusterText(name) }));
  const hash = createHash("sha256");
  for (const { name, text } of files) hash.update(`${name}\0${text.length}\0`).update(text);
  const digest = hash.digest("base64");
  if (digest === knownDigest) return { digest, objects: undefined };
  return { digest, objects: files.flatMap(({ name, text }) => parseClusterText(text, name)) };
}
