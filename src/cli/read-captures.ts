import { randomInt } from "node:crypto";
import { readMerged } from "../capture/merged-savefiles.ts";
import type { FlowEvent } from "../flow/connection.ts";
import { FlowTracker } from "../flow/flow-tracker.ts";
import { Progress } from "./progress.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads savefiles as one stretch of traffic, in the order of its packets' times: parts of a rotated capture, or captures
 * of several nodes at the same time. Every connection is told to `emit`, also those before the place where a file breaks;
 * then throws a UsageError with a line for each file that did.
 */
export async function readCaptures(paths: readonly string[], emit: (event: FlowEvent) => void): Promise<void> {
  const tracker = new FlowTracker({ emit, seed: randomInt(2 ** 32 - 1) });
  const progress = new Progress();
  const onProgress = (path: string, done: number, total: number | undefined): void => progress.show(path, done, total);
  const faults = await readMerged(paths, (frame) => tracker.add(frame), { onProgress }).finally(() => progress.clear());
  tracker.finish();
  if (faults.length > 0) throw new UsageError(faults.map(({ message }) => message).join("\n"));
}
