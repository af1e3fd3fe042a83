import type { LiveInterfaces } from "../capture/live-interfaces.ts";
import type { FlowTracker } from "./flow-tracker.ts";
import { defaultMutingSettings, Muting, type MutingSettings } from "./muting.ts";

/** On more interfaces than this nothing is muted: each filter is exchanged by opening the interface once more. */
const MAX_INTERFACES = 32;

export interface MuteHeavyOptions {
  readonly tracker: FlowTracker;
  readonly interfaces: LiveInterfaces;
  readonly muting?: Partial<MutingSettings>;
}

/** Has the kernel keep heavy UDP conversations that are known to itself, for a while each. */
export class MuteHeavy {
  readonly #options: MuteHeavyOptions;
  readonly #muting: Muting;

  constructor(options: MuteHeavyOptions) {
    this.#options = options;
    this.#muting = new Muting({ ...defaultMutingSettings, ...options.muting });
  }

  /** Conversations muted now. */
  get size(): number {
    return this.#muting.size;
  }

  /** To be called a few times a second. */
  advance(nowUs: number, wallUs: number): void {
    const { tracker, interfaces } = this.#options;
    if (interfaces.size > MAX_INTERFACES || !this.#muting.isDue(nowUs)) return;
    const muted = this.#muting.decide(nowUs, tracker.heavyDatagrams.take(0));
    if (muted !== undefined)
      interfaces.mute(
        muted.flatMap(({ views }) => views),
        wallUs,
      );
  }
}
