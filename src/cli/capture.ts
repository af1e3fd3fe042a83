import { randomInt } from "node:crypto";
import { CaptureFault } from "../capture/capture-fault.ts";
import { giveBackSpareMemory } from "../capture/spare-memory.ts";
import { CaptureLoop } from "../flow/capture-loop.ts";
import { EventWriter } from "../flow/event-writer.ts";
import { serveReaders } from "./serve-readers.ts";
import { stopSignal } from "./stop-signal.ts";
import { UsageError } from "./usage-error.ts";

export interface CaptureOptions {
  readonly interface: string;
  readonly socket?: string;
}

/** Captures until told to stop, or until nobody reads. */
export async function capture(options: CaptureOptions): Promise<void> {
  const signal = stopSignal();
  giveBackSpareMemory(signal);
  try {
    if (options.socket === undefined) {
      // Touching process.stdout makes a pipe non-blocking, so that a slow reader costs events, which are
      // counted, and not packets.
      await captureTo(process.stdout.fd, options.interface, signal);
    } else {
      await serveReaders(options.socket, signal, (fd, gone) => captureTo(fd, options.interface, gone));
    }
  } catch (error) {
    throw error instanceof CaptureFault ? new UsageError(error.message, { cause: error }) : error;
  }
}

async function captureTo(fd: number, interfaces: string, signal: AbortSignal): Promise<void> {
  const writer = new EventWriter(fd);
  await new CaptureLoop({ interfaces, writer, seed: randomInt(2 ** 32 - 1), onWarning: warn }).run(signal);
}

function warn(message: string): void {
  console.error(`weir: ${message}`);
}
