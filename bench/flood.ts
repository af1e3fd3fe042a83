/**
 * `make flood`: forged SYNs at all the speed that tcpreplay reaches, for a minute each, against a closed port, and
 * against an open one with SYN cookies off, when needed, and always. Prints what it did to weir, and fails where
 * a forged source is in a profile.
 */
import { setTimeout as pause } from "node:timers/promises";
import { FloodLab } from "./flood/flood-lab.ts";

const seconds = Number(process.argv[2] ?? 60);
const runs = [
  { name: "closed port", port: 81, synCookies: 1 },
  { name: "open port, tcp_syncookies=0", port: 80, synCookies: 0 },
  { name: "open port, tcp_syncookies=1", port: 80, synCookies: 1 },
  { name: "open port, tcp_syncookies=2", port: 80, synCookies: 2 },
] as const;

for (const { name, port, synCookies } of runs) {
  const lab = await FloodLab.start({ synCookies });
  try {
    while ((await lab.get("/readyz")) === undefined) await pause(100);
    const [sent, tookMs, served] = await Promise.all([
      lab.flood(port, seconds),
      lab.ask(seconds),
      lab.connect(seconds, 500),
    ]);
    await pause(3_000); // the flood's rest is read, and all is looked at again
    const after = await lab.connect(20, 0);
    await pause(5_000);
    const { ingress, failed } = await lab.profile();
    const sorted = [...tookMs].sort((a, b) => a - b);
    console.log(
      JSON.stringify({
        name,
        seconds,
        sentPerSecond: Math.round(sent / seconds),
        httpP99Ms: Math.round(sorted[Math.floor(sorted.length * 0.99)]!),
        httpMaxMs: Math.round(sorted.at(-1)!),
        peakMiB: { agent: lab.peakMiB("agent"), capture: lab.peakMiB("capture") },
        losses: await lab.losses(),
        connections: { served: served + after, learned: ingress.reduce((sum, edge) => sum + edge.connections, 0) },
        edges: { ingress: ingress.length, failed: failed.length },
      }),
    );
    if (ingress.some(({ peer }) => peer.type !== "workload")) throw new Error("a forged source is in the profile");
  } finally {
    await lab.stop();
  }
}
