import type { StoredDecisions } from "./decision-book.ts";
import type { Restored } from "./profile-book.ts";

/** All that a store keeps. */
export interface Stored extends Restored {
  readonly decisions: readonly StoredDecisions[];
  /** What names the store among all that ever counted for the cluster; undefined where that could not be read. */
  readonly observer: string | undefined;
}

export const NOTHING_STORED: Stored = {
  edges: [],
  window: { sinceUs: null, untilUs: null, losses: null, older: null },
  decisions: [],
  tombstones: [],
  observer: undefined,
};
