import type { PodLife } from "./pod-life.ts";

/** One address in one holder's hands. */
export interface Holding<T> {
  readonly key: string;
  readonly ip: string;
  value: T;
  life: PodLife & { readonly untilUs: number };
}

/** Clocks of nodes and of the API server differ, and so do the ends that are told. */
export interface Slack {
  readonly beforeUs: number;
  readonly afterUs: number;
}

/**
 * Those of an address's holdings that may be the one at that moment. Where times as they are told cover the
 * moment, slack is not asked for: an address that is given on within a second has its heir's name at once.
 */
export function holdingsAt<T>(holdings: readonly Holding<T>[], timeUs: number, slack: Slack): readonly Holding<T>[] {
  const exact = covering(holdings, timeUs, { beforeUs: 0, afterUs: 0 });
  const possible = exact.length > 0 ? exact : covering(holdings, timeUs, slack);
  if (possible.length < 2) return possible;
  const sure = possible.filter(({ life }) => isSure(life, timeUs));
  // Of several that stay, one is stale or two fight for the address; no time of theirs can tell.
  const staying = possible.filter(({ life }) => life.isStaying);
  return sure.length === 1 && staying.length < 2 ? sure : possible;
}

function covering<T>(holdings: readonly Holding<T>[], timeUs: number, slack: Slack): readonly Holding<T>[] {
  return holdings.filter(
    ({ life }) => life.fromUs - slack.beforeUs <= timeUs && timeUs <= life.untilUs + slack.afterUs,
  );
}

function isSure({ surelyFromUs, surelyUntilUs, isStaying }: PodLife, timeUs: number): boolean {
  return surelyFromUs <= timeUs && (isStaying || timeUs <= surelyUntilUs);
}
