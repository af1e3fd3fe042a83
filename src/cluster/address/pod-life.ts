import type { Pod } from "../objects.ts";

/** Recorded times are whole seconds, cut: what is told as 10:00:05 happened before 10:00:06. */
const CUT_US = 1_000_000;

/** When a pod had its addresses, as far as its object tells; microseconds since 1970. */
export interface PodLife {
  /** It used them not before this; -Infinity where nothing tells. */
  readonly fromUs: number;
  /** It surely had them from this on; Infinity where nothing tells. */
  readonly surelyFromUs: number;
  /** It had them not after this; Infinity while it lives; undefined where it ended and nothing tells when. */
  readonly untilUs: number | undefined;
  /** It surely had them until this, unless it lives on; -Infinity where nothing tells. */
  readonly surelyUntilUs: number;
  /** It lives, and nobody asked it to go. */
  readonly isStaying: boolean;
}

/** A pod that has come to its end (phase Succeeded or Failed) has given its addresses back. */
export function isFinished(pod: Pod): boolean {
  return pod.phase === "Succeeded" || pod.phase === "Failed";
}

export function podLife(pod: Pod): PodLife {
  const runningUs = pod.runningUs ?? Infinity;
  const givenUs = pod.startUs ?? pod.metadata.creationUs ?? -Infinity;
  const fromUs = pod.isFirstRun === true && runningUs < Infinity ? Math.max(givenUs, runningUs) : givenUs;
  const start = { fromUs, surelyFromUs: Math.max(fromUs, runningUs) + CUT_US };
  if (isFinished(pod)) {
    const untilUs = pod.endUs === undefined ? undefined : pod.endUs + CUT_US;
    return { ...start, untilUs, surelyUntilUs: pod.endUs ?? -Infinity, isStaying: false };
  }
  // A deletionTimestamp is the end of the grace period (API conventions): the latest moment, not a sure one.
  const { deletionUs } = pod.metadata;
  if (deletionUs === undefined) return { ...start, untilUs: Infinity, surelyUntilUs: Infinity, isStaying: true };
  const untilUs = Math.min(deletionUs, pod.endUs ?? Infinity) + CUT_US;
  return { ...start, untilUs, surelyUntilUs: pod.endUs ?? -Infinity, isStaying: false };
}

/** Tells pods apart, also two in turn that bear one name. */
export function podKey({ metadata, startUs }: Pod): string {
  return metadata.uid ?? `${metadata.namespace}/${metadata.name}/${startUs ?? metadata.creationUs ?? ""}`;
}
