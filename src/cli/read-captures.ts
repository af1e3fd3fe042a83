import { randomInt } from "node:crypto";
import { readSavefile } from "../capture/savefile.ts";
import { SavefileFault } from "../capture/savefile-fault.ts";
import type { FlowEvent } from "../flow/connection.ts";
import { FlowTracker } from "../flow/flow-tracker.ts";
import { Progress } from "./progress.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads savefiles, one after the other, as one stretch of traffic: give the parts of a rotated capture in
 * their order. Every connection is told to `emit`, also those before the place where a file breaks; then
 * throws a UsageError with a line for each file that did.
 */
export function readCaptures(paths: readonly string[], emit: (event: FlowEvent) => void): void {
  const tracker = new FlowTracker({ emit, seed: randomInt(2 ** 32 - 1) });
  const faults = paths.flatMap((path) => readOne(path, tracker) ?? []);
  tracker.finish();
  if (faults.length > 0) throw new UsageError(faults.join("\n"));
}

function readOne(path: string, tracker: FlowTracker): string | undefined {
  const progress = new Progress(path);
  try {
    readSavefile(path, (frame) => tracker.add(frame), { onProgress: (done, total) => progress.show(done, total) });
    return undefined;
  } catch (error) {
    if (error instanceof SavefileFault) return error.message;
    throw error;
  } finally {
    progress.clear();
  }
}
