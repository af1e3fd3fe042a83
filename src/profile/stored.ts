import type { StoredDecisions } from "./decision-book.ts";
import type { Restored } from "./profile-book.ts";

/** All that a store keeps. */
export interface Stored extends Restored {
  readonly decisions: readonly StoredDecisions[];
}

export const NOTHING_STORED: Stored = {
  edges: [],
  window: { sinceUs: null, untilUs: null, losses: null, older: null },
  decisions: [],
  tombstones: [],
};
