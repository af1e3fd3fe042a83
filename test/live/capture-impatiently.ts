/** `weir capture` on loopback, with a mute that comes and goes within seconds, and conversations that are soon over. */
import { CaptureLoop } from "../../src/flow/capture-loop.ts";
import { EventWriter } from "../../src/flow/event-writer.ts";

const SECOND_US = 1_000_000;

const loop = new CaptureLoop({
  interfaces: "lo",
  writer: new EventWriter(process.stdout.fd),
  seed: 1,
  sweeps: { firstUs: 0, totalUs: 0 },
  muting: { minPacketsPerSecond: 300, muteUs: 6 * SECOND_US, maxMuteUs: 6 * SECOND_US, changeUs: 2 * SECOND_US },
  settings: { udpAnsweredUs: 10 * SECOND_US },
  onWarning: console.error,
});
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
await loop.run(stop.signal);
process.exit(0);
