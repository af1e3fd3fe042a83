import { type WorkloadRef, workloadKey } from "../cluster/workload.ts";
import { FairShare } from "./fair-share.ts";
import { isBuried, replaces, type Tombstone } from "./forgetting.ts";

/** More are refused, and not the oldest dropped: what that one names would come back unsaid. */
const MAX_OF_WORKLOAD = 256;
const MAX_IN_ALL = 16_384;

const NONE: readonly Tombstone[] = [];

/** There is no room for another tombstone; one that forgets a whole profile takes the place of all of that profile. */
export class TombstonesFull extends Error {
  override readonly name = "TombstonesFull";
}

/** What was forgotten, so that no late record brings it back. */
export class Tombstones {
  readonly #byWorkload = new Map<string, readonly Tombstone[]>();
  readonly #share = new FairShare(MAX_IN_ALL);
  #size = 0;

  /** The very same list until another is set. */
  of(workload: WorkloadRef): readonly Tombstone[] {
    return this.#byWorkload.get(workloadKey(workload)) ?? NONE;
  }

  /** Those of the new one's workload, as they would be with it. Throws TombstonesFull. */
  with(tombstone: Tombstone): readonly Tombstone[] {
    const known = this.of(tombstone.workload);
    const next = [...known.filter((older) => !replaces(tombstone, older)), tombstone];
    if (next.length > MAX_OF_WORKLOAD)
      throw new TombstonesFull("too many forgettings are kept already: forget the whole profile, in place of parts");
    const { namespace } = tombstone.workload;
    if (!this.#share.hasRoom(namespace, next.length - known.length))
      throw new TombstonesFull(
        `namespace ${namespace} has as many forgettings as there is room for: forget whole profiles`,
      );
    return next;
  }

  /** Puts all of one workload in the place of those before. */
  set(workload: WorkloadRef, tombstones: readonly Tombstone[]): void {
    const key = workloadKey(workload);
    const more = tombstones.length - (this.#byWorkload.get(key)?.length ?? 0);
    this.#size += more;
    this.#share.take(workload.namespace, more);
    this.#byWorkload.set(key, tombstones);
  }

  all(): readonly Tombstone[] {
    return [...this.#byWorkload.values()].flat();
  }

  restore(all: readonly Tombstone[]): void {
    for (const own of Map.groupBy(all, ({ workload }) => workloadKey(workload)).values())
      this.set(own[0]!.workload, own);
  }

  /** `startUs`: when the connection began, in microseconds since 1970. */
  isBuried(workload: WorkloadRef, key: string, startUs: number): boolean {
    if (this.#size === 0) return false;
    return this.of(workload).some((tombstone) => isBuried(key, Math.floor(startUs / 1000), tombstone));
  }
}
