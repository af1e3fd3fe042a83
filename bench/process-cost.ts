import { readdirSync, readFileSync } from "node:fs";

/** User and system time of all threads of a process so far, in seconds, as the scheduler counts it: /proc/PID/stat is as exact but rounded to 10 ms. */
export function cpuSeconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map(
    (thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0],
  );
  return nanoseconds.reduce((sum, text) => sum + Number(text) / 1e9, 0);
}

/** The most memory it has had resident, MiB; a ring that is mapped counts. */
export function peakMebibytes(pid: number): number {
  return statusMebibytes(pid, "VmHWM");
}

/** What it has resident at this moment, MiB. */
export function residentMebibytes(pid: number): number {
  return statusMebibytes(pid, "VmRSS");
}

function statusMebibytes(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "mu").exec(status)?.[1]) / 1024;
}

export function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
}

/** The process and all that it has started, the eldest first. */
export function family(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  return [pid, ...children.flatMap((child) => family(child))];
}
