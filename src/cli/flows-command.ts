import type { Command } from "commander";
import { flag } from "./flag.ts";

const help = `
Prints one JSON object a line, a connection's final record:
  id         names it within this output
  protocol   TCP, UDP or SCTP
  client     {ip, port} as the client itself appears, before SNAT
  server     {ip, port} as the server itself appears, after DNAT
  direction  "unknown", only where the handshake was missed: client is then the first sender seen
  outcome    established, half-open, refused, unanswered, inferred (older than the capture)
  bytes      {toServer, toClient, exact} payload octets, or null
  start, end RFC 3339
  nat        other views of the same connection, before or after NAT

Examples:
  weir flows --pcap trace.pcap
  tcpdump -i any -w - -c 1000 | weir flows --pcap -
  weir flows --pcap node-a.pcapng node-b.pcap.zst | jq -r 'select(.outcome == "refused") | .server.ip' | sort | uniq -c

Exit status: 0 done; 2 bad usage or input (what was read before the fault is printed).`;

export function addFlowsCommand(program: Command): void {
  program
    .command("flows")
    .summary("connections of capture files, one JSON object a line")
    .description("Reads pcap or pcapng files, plain or compressed with gzip or zstd, and tells their connections.")
    .addOption(flag("--pcap <file...>", "capture files, merged by time; `-` is standard input").makeOptionMandatory())
    .addHelpText("after", help)
    .action(async ({ pcap }: { readonly pcap: readonly string[] }) => {
      const { printFlows } = await import("./flows.ts");
      await printFlows(pcap);
    });
}
