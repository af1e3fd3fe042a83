// A client: reads its loads as one line of JSON, runs them all at once, prints what it did as one line of JSON
// for each load, and keeps what stays open until its standard input ends.
import { createInterface } from "node:readline";
import type { ClientEntry, Load, Manner, RequestLine } from "../load.ts";
import { pace } from "./pace.ts";
import { callTcp } from "./tcp-call.ts";
import { callUdp } from "./udp-call.ts";

const atOnce = 1_000;

/** What is printed of a load. */
export interface LoadReport {
  readonly scenario: string;
  readonly entries: readonly ClientEntry[];
  /** New connections a second, as measured. */
  readonly perSecond: number;
}

if (import.meta.main) {
  const lines = createInterface({ input: process.stdin });
  lines.once("line", (line) => {
    for (const load of JSON.parse(line) as readonly Load[]) void run(load);
  });
  lines.once("close", () => process.exit());
}

async function run(load: Load): Promise<void> {
  const { count, perSecond } = load;
  const { values: entries, startingMs } = await pace({ count, perSecond, atOnce }, (n) => call(load, n));
  const report: LoadReport = { scenario: load.scenario, entries, perSecond: count / (startingMs / 1000) };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

function call(load: Load, n: number): Promise<ClientEntry> {
  const { scenario, protocol, from, firstPort, firstNumber = 0, to } = load;
  const manner = load.manners[n % load.manners.length]!;
  const id = `${scenario}#${firstNumber + n}`;
  const local = { ip: from, port: firstPort + n };
  const entry: ClientEntry = {
    id,
    scenario,
    protocol,
    manner,
    local,
    remote: to,
    sent: 0,
    received: 0,
    end: "unfinished",
  };
  const line = requestLine(id, manner, n);
  return protocol === "TCP" ? callTcp(entry, line) : callUdp(entry, line);
}

/** Lengths that differ from one connection to the next; one in fifty is a reply of many segments. */
function requestLine(id: string, manner: Manner, n: number): RequestLine {
  return { id, manner, request: 100 + ((n * 37) % 1_900), reply: n % 50 === 49 ? 300_000 + n : 1 + ((n * 91) % 5_000) };
}
