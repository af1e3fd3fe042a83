import type { Command } from "commander";
import { flag } from "./flag.ts";
import type { AnalyzeOptions } from "./analyze.ts";
import { addGeneratorFlags } from "./generator-flags.ts";
import { addRangeFlags } from "./range-flags.ts";

const help = `
The cluster files are what kubectl prints, YAML or JSON:
  kubectl get namespaces,nodes,pods,services,endpointslices,replicasets,deployments,statefulsets,daemonsets,jobs,cronjobs,networkpolicies -A -o yaml > cluster.yaml

Prints, by --output:
  policies  NetworkPolicies as YAML, one document each, ready for kubectl apply -f -
  profiles  what was learned of each workload, as a JSON array
  review    what each policy passes and leaves out, and what to look at before applying it, as a JSON array

Decisions are what an agent keeps, and the flags below override them: the answer of GET /api/v1/decisions,
  {"decisions": [{"workload": {"namespace", "kind", "name"}, "decisions": {"ingress", "egress", "addresses"}}]}
or one document as PUT takes it, {"ingress", "egress", "addresses"}, for every workload without one of its own.

Examples:
  weir analyze --pcap trace.pcap --cluster cluster.yaml
  weir analyze --pcap trace.pcap --cluster cluster.yaml --namespace shop --output review | jq '.[].warnings'
  weir analyze --pcap trace.pcap --cluster cluster.yaml --decisions decisions.json
  weir analyze --pcap trace.pcap --cluster cluster.yaml --egress allow-all --ingress-cidr 203.0.113.0/24

Exit status: 0 done; 2 bad usage or input (what was read before a capture's fault is used and printed).`;

export function addAnalyzeCommand(program: Command): void {
  const command = program
    .command("analyze")
    .summary("policies, profiles or a review from capture files")
    .description("Learns from capture files and a cluster's state what each workload talks to, and writes its policy.")
    .addOption(flag("--pcap <file...>", "capture files, merged by time; `-` is standard input").makeOptionMandatory())
    .addOption(flag("--cluster <file...>", "what kubectl get -o yaml printed: files or folders").makeOptionMandatory())
    .addOption(flag("--decisions <file...>", "what was decided of workloads, see below: files or folders"))
    .addOption(flag("--namespace <name>", "only this namespace's workloads"))
    .addOption(
      flag("--output <what>", "what to print").choices(["policies", "profiles", "review"]).default("policies"),
    );
  addGeneratorFlags(addRangeFlags(command))
    .addHelpText("after", help)
    .action(async (options: AnalyzeOptions) => {
      const { analyze } = await import("./analyze.ts");
      await analyze(options);
    });
}
