import type { PodLife } from "./pod-life.ts";

/** One address in one holder's hands, and for how long. */
export interface Holding<T> extends PodLife {
  readonly key: string;
  readonly ip: string;
  readonly value: T;
  readonly untilUs: number;
  /** When the holder was last told of with this address. */
  readonly toldUs: number;
}

/** Clocks of nodes and of the API server differ, and so do the ends that are told. */
export interface Slack {
  /** Before a start and after an end, where nobody else has the address. */
  readonly beforeUs: number;
  readonly afterUs: number;
  /** Within so much of a start or an end nothing is sure. */
  readonly skewUs: number;
}

/**
 * Those of an address's holdings that may be the one at that moment. Where times as they are told cover the
 * moment, more than the skew is not asked for: an address that is given on within a second has its heir's name
 * at once.
 */
export function holdingsAt<T>(holdings: readonly Holding<T>[], timeUs: number, slack: Slack): readonly Holding<T>[] {
  const { skewUs } = slack;
  const exact = covering(holdings, timeUs, skewUs, skewUs);
  const possible = exact.length > 0 ? exact : covering(holdings, timeUs, slack.beforeUs, slack.afterUs);
  if (possible.length < 2) return possible;
  const sure = possible.filter((holding) => isSure(holding, timeUs, skewUs));
  // Of several that stay, one is stale or two fight for the address; no time of theirs can tell.
  const staying = possible.filter(({ isStaying }) => isStaying);
  return sure.length === 1 && staying.length < 2 ? sure : possible;
}

function covering<T>(
  holdings: readonly Holding<T>[],
  timeUs: number,
  beforeUs: number,
  afterUs: number,
): readonly Holding<T>[] {
  return holdings.filter(({ fromUs, untilUs }) => fromUs - beforeUs <= timeUs && timeUs <= untilUs + afterUs);
}

/** Whether its times alone say that it had the address then. */
export function isSure({ surelyFromUs, surelyUntilUs, isStaying }: PodLife, timeUs: number, skewUs: number): boolean {
  return surelyFromUs + skewUs <= timeUs && (isStaying || timeUs <= surelyUntilUs - skewUs);
}
