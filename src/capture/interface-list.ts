import { readFileSync } from "node:fs";

/** Names of the interfaces that exist now, in this process's network namespace: far cheaper than pcap_findalldevs. */
export function listInterfaces(): readonly string[] {
  return parseInterfaces(readFileSync("/proc/self/net/dev", "utf8"));
}

/** Of proc_pid_net(5): two lines of headings, then a line for each interface, its name before a colon. */
export function parseInterfaces(text: string): readonly string[] {
  return text
    .split("\n")
    .slice(2)
    .filter((line) => line.includes(":"))
    .map((line) => line.slice(0, line.lastIndexOf(":")).trim());
}
