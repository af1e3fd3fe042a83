import type { Command } from "commander";
import { flag } from "./flag.ts";
import type { CheckOptions } from "./check.ts";

const help = `
Asks NetworkPolicies whether connections pass, and prints one JSON object a line, in order:
  {"from","to","port","protocol","allowed":true|false,"because":[...]}   ports are the pods' own, after DNAT

Questions come from one of:
  --probes  a JSON or YAML list of {"from":"NS/POD or IP","to":"NS/POD or IP","port":80,"protocol":"TCP","expect":true};
            protocol is TCP and expect is open where they are left out
  --pcap    every connection that lived (established, UDP that was answered, older than the capture), each kind once
With neither, the policies are only read and checked.

Examples:
  weir check --cluster cluster.yaml --policies policies/ --pcap trace.pcap
  weir check --cluster cluster.yaml --probes probes.json | jq 'select(.allowed | not)'

Exit status: 0 done; 1 the answer is no: a connection that was seen would be refused, or a probe differs from what
it expects; 2 bad usage or input.`;

/** Of all commands only this one has an answer that may be no; then `onNo` is called. */
export function addCheckCommand(program: Command, onNo: () => void): void {
  program
    .command("check")
    .summary("would these policies let connections pass")
    .description("Evaluates NetworkPolicies against probes or captured traffic.")
    .addOption(flag("--cluster <file...>", "what kubectl get -o yaml printed: files or folders").makeOptionMandatory())
    .addOption(flag("--policies <file...>", "NetworkPolicies: files or folders (default: those in the cluster files)"))
    .addOption(flag("--probes <file>", "questions, with the answers expected of them"))
    .addOption(flag("--pcap <file...>", "capture files, merged by time; `-` is standard input"))
    .addHelpText("after", help)
    .action(async (options: CheckOptions) => {
      const { check } = await import("./check.ts");
      if (!(await check(options))) onNo();
    });
}
