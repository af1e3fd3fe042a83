import type { Command, Option } from "commander";
import type { CaptureOptions } from "./capture.ts";
import { flag } from "./flag.ts";

const help = `
Prints one JSON object a line: "event" is "opened" or "closed", and the rest what weir flows prints;
or "resolved", a DNS answer; or "named", a TLS server name; or "status", what was read and lost, once a second.
Needs root or CAP_NET_RAW. weir agent starts it by itself, or is told where it listens.

Examples:
  weir capture --interface any
  weir capture --interface 'eth0,cali*' --socket /run/weir/capture.sock

Exit status: 0 told to stop, or nobody reads any more; 2 bad usage, or it can't capture.`;

export function addCaptureCommand(program: Command): void {
  program
    .command("capture")
    .summary("connections of live traffic, one JSON object a line")
    .description("Sniffs interfaces with libpcap and tells connections as they open and close.")
    .addOption(interfaceOption())
    .addOption(
      flag("--socket <path>", "listen there for a reader, one at a time, instead of standard output").env(
        "WEIR_SOCKET",
      ),
    )
    .addHelpText("after", help)
    .action(async (options: CaptureOptions) => {
      const { capture } = await import("./capture.ts");
      await capture(options);
    });
}

export function interfaceOption(): Option {
  const description = "any, or names and patterns such as 'eth0,cali*', by commas";
  return flag("--interface <names>", description).default("any");
}
