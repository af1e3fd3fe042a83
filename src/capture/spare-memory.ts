import { loadPcap } from "./pcap-binding.ts";

const LOOK_MS = 2_000;
/** So much more than was needed after the last time is worth the look at what is spare: some five milliseconds. */
const GROWTH_OCTETS = 8 * 1024 * 1024;

/**
 * Gives memory back that was needed once, by the start or by V8's compilers, and else would be kept for as long as the
 * process lives: pages of Node's own text, some 25 MiB, and free pages of the allocator, some 8 MiB. At once, and whenever
 * the process has grown, until `signal` aborts; see docs/decisions/start-up.md. Does nothing where the addon cannot be loaded.
 */
export function giveBackSpareMemory(signal: AbortSignal): void {
  giveBack();
  let needed: number | undefined;
  const look = (): void => {
    const resident = process.memoryUsage.rss();
    needed ??= resident; // by now what is in use has come back
    if (resident < needed + GROWTH_OCTETS) return;
    giveBack();
    needed = undefined;
  };
  const looks = setInterval(look, LOOK_MS).unref();
  signal.addEventListener("abort", () => clearInterval(looks), { once: true });
}

function giveBack(): void {
  try {
    loadPcap().give_back_memory();
  } catch {
    // A courtesy: who needs the addon says what is missing.
  }
}
