import { spawn } from "node:child_process";
import { once } from "node:events";
import { peakMebibytes } from "./process-cost.ts";

export interface SavefileSpeed {
  readonly seconds: number;
  readonly peakMebibytes: number;
}

/** How long `weir flows` takes for a savefile, its start included, and the most memory it has meanwhile. */
export async function readSavefile(weir: string, file: string): Promise<SavefileSpeed> {
  const began = process.hrtime.bigint();
  const child = spawn(weir, ["flows", "--pcap", file], { stdio: ["ignore", "ignore", "inherit"] });
  let peak = 0;
  const looking = setInterval(() => (peak = Math.max(peak, peakOf(child.pid!))), 20);
  await once(child, "close");
  clearInterval(looking);
  return { seconds: Number(process.hrtime.bigint() - began) / 1e9, peakMebibytes: peak };
}

/** 0 for one that has just ended. */
function peakOf(pid: number): number {
  try {
    return peakMebibytes(pid) || 0;
  } catch {
    return 0;
  }
}
