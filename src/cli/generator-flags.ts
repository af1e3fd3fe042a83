import type { Command } from "commander";
import { flag } from "./flag.ts";

const modes = ["learned", "allow-all", "allow-namespace", "deny-all"];

/** The generator's options as flags: the same as the body of POST /api/v1/policies, in commander's spelling. */
export interface GeneratorFlags {
  readonly ingress?: string;
  readonly egress?: string;
  readonly directions?: readonly string[];
  readonly ingressCidr?: readonly string[];
  readonly egressCidr?: readonly string[];
  readonly external?: string;
  readonly leastAddresses?: string;
  readonly prefixLength?: string;
  readonly prefixLength6?: string;
  readonly unnamedExternal?: boolean;
  readonly suspicious?: boolean;
  readonly publishedPorts?: string;
  readonly servicePorts?: boolean;
  readonly dialect?: string;
  readonly leaveOut?: readonly string[];
  readonly keep?: readonly string[];
  readonly since?: string;
  readonly leastConnections?: string;
  readonly maxPorts?: string;
  readonly policyName?: string;
  readonly label?: readonly string[];
  readonly systemNamespaces?: boolean;
}

export function addGeneratorFlags(command: Command): Command {
  return command
    .addOption(flag("--ingress <mode>", "who may connect (default: learned)").choices(modes))
    .addOption(flag("--egress <mode>", "where pods may connect to (default: learned)").choices(modes))
    .addOption(
      flag("--directions <names...>", "what the policies isolate (default: both)").choices(["ingress", "egress"]),
    )
    .addOption(flag("--ingress-cidr <cidr...>", "let in as well"))
    .addOption(flag("--egress-cidr <cidr...>", "let out as well"))
    .addOption(
      flag("--external <mode>", "outside addresses: one by one, as networks, or not (default: single)").choices([
        "single",
        "aggregate",
        "none",
      ]),
    )
    .addOption(flag("--least-addresses <n>", "that make a network with --external aggregate (default: 4)"))
    .addOption(flag("--prefix-length <n>", "of the widest IPv4 network of --external aggregate (default: 24)"))
    .addOption(flag("--prefix-length6 <n>", "of the widest IPv6 network of --external aggregate (default: 64)"))
    .addOption(flag("--unnamed-external", "let out also to outside addresses that no DNS answer led to"))
    .addOption(flag("--suspicious", "let out also to outside ports such as those of LDAP, RMI and SMB"))
    .addOption(
      flag("--published-ports <how>", "ports that a NodePort or LoadBalancer publishes (default: open)").choices([
        "open",
        "observed",
      ]),
    )
    .addOption(flag("--service-ports", "let out also to Services' own ports, as the AWS VPC CNI judges"))
    .addOption(
      flag("--dialect <name>", "kind of the policies (default: kubernetes)").choices([
        "kubernetes",
        "cilium",
        "calico",
        "cluster",
      ]),
    )
    .addOption(flag("--leave-out <id...>", "edges or peers to make no rule for"))
    .addOption(flag("--keep <id...>", "edges or peers to make a rule for all the same"))
    .addOption(flag("--since <time>", "leave out edges last seen before this RFC 3339 time"))
    .addOption(flag("--least-connections <n>", "leave out edges with fewer connections (default: 1)"))
    .addOption(flag("--max-ports <n>", "ports listed for a peer before they become ranges (default: 20)"))
    .addOption(flag("--policy-name <template>", "name of the policies (default: {name})"))
    .addOption(flag("--label <key=value...>", "labels of your own on the policies"))
    .addOption(flag("--system-namespaces", "also policies for kube-system and the like"));
}
