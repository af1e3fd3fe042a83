// `make demo`: weir's main job on a small cluster of network namespaces, or, where this machine makes none, on
// what was recorded in one. HOLD=1 keeps the lab up; REPLAY=1 asks for the recording.
import { whyNoLab } from "./lab/lab.ts";
import { playLive } from "./live.ts";
import { replay } from "./replay.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop.abort());
// Whoever read this is gone (`| head`). The lab needs no farewell: it ends with this process.
process.stdout.on("error", () => process.exit(1));

try {
  const reason = process.env["REPLAY"] === "1" ? "REPLAY=1 is set" : await whyNoLab();
  if (reason === undefined) await playLive({ hold: process.env["HOLD"] === "1", signal: stop.signal });
  else await replay(reason);
} catch (error) {
  if (stop.signal.aborted) process.exitCode = 130;
  else {
    console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
