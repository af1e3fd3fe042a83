import type { LabPod, Layout, Program } from "./plan.ts";

/** dnsmasq as the cluster's DNS: `SERVICE.NAMESPACE.svc.cluster.local` from the plan, all else from the server upstream. */
export function clusterDns(pod: LabPod, { plan }: Layout, upstream: string): Program {
  const records = plan.services.map(({ name, namespace, clusterIps }) =>
    hostRecord(`${name}.${namespace}.svc.cluster.local`, clusterIps),
  );
  return dnsmasq(pod.name, ["local=/cluster.local/", `server=${upstream}`, ...records]);
}

/** dnsmasq as a DNS server of the outside world, which knows these names only. */
export function outsideDns(listenAddress: string, names: Readonly<Record<string, readonly string[]>>): Program {
  const records = Object.entries(names).map(([name, addresses]) => hostRecord(name, addresses));
  return dnsmasq("outside-dns", [`listen-address=${listenAddress}`, "bind-interfaces", ...records]);
}

function dnsmasq(name: string, lines: readonly string[]): Program {
  // A short TTL and no cache, so that every name asked of it is asked upstream too, as after a cache ran out.
  const settings = ["no-resolv", "no-hosts", "local-ttl=5", "cache-size=0", ...lines];
  return {
    name,
    role: "server",
    // --no-daemon also keeps dnsmasq from changing its group, which a user namespace refuses.
    argv: ["dnsmasq", "--no-daemon", "--conf-file=-"],
    input: `${settings.join("\n")}\n`,
  };
}

function hostRecord(name: string, addresses: readonly string[]): string {
  return `host-record=${[name, ...addresses].join()}`;
}
