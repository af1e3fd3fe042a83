import type { Command } from "commander";
import { flag } from "./flag.ts";
import type { SnapshotOptions } from "./snapshot.ts";

const help = `
Reads, once, what weir uses of a cluster and prints it as a List that --cluster reads. Only fields that are used
are in it: no Secrets, environment variables, annotations or managedFields. Labels, names and addresses are.
Needs the right to list namespaces, nodes, pods, services, endpointslices, replicasets, deployments, statefulsets,
daemonsets, jobs, cronjobs, networkpolicies and servicecidrs; what may not be read is left out and said.

Without --kubeconfig it looks where kubectl does: KUBECONFIG, ~/.kube/config, then the pod's service account.

Examples:
  weir snapshot > cluster.yaml
  weir snapshot --kubeconfig staging.conf > staging.yaml

Exit status: 0 done; 2 bad usage, or the API can't be read.`;

export function addSnapshotCommand(program: Command): void {
  program
    .command("snapshot")
    .summary("a cluster file from the live API")
    .description("Writes a cluster's state to standard output, as a file for --cluster.")
    .addOption(flag("--kubeconfig <file>", "credentials of the cluster's API"))
    .addHelpText("after", help)
    .action(async (options: SnapshotOptions) => {
      const { snapshot } = await import("./snapshot.ts");
      await snapshot(options);
    });
}
