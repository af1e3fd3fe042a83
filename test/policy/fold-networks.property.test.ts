import * as fc from "fast-check";
import t from "tap";
import { cidrText, holdsAddress, parseAddress, parseCidr } from "../../src/policy/cidr.ts";
import { AddressSet } from "../../src/policy/learn/address-set.ts";
import { foldNetworks } from "../../src/policy/learn/fold-networks.ts";
import { generatePolicy } from "../../src/policy/generate.ts";
import { clusterOf, COREDNS, deployment, documents, edge, external, profile, service, settings } from "./world.ts";

/** Close together, so that most networks around some would hold others. */
const nearby = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map((n) => `198.51.100.${n}`),
  fc.integer({ min: 0, max: 255 }).map((n) => `2001:db8::${n.toString(16)}`),
);
const several = fc.uniqueArray(nearby, { minLength: 1, maxLength: 40 });
const rules = fc.record({
  leastAddresses: fc.integer({ min: 2, max: 6 }),
  prefixLength: fc.record({ 4: fc.integer({ min: 22, max: 32 }), 6: fc.integer({ min: 110, max: 128 }) }),
});

function read(text: string) {
  return parseAddress(text)!;
}

await t.test("networks hold every address once, keep to threshold and floor, and hold nobody else's", async () => {
  fc.assert(
    fc.property(several, several, rules, (own, others, asked) => {
      const strangers = others.filter((ip) => !own.includes(ip));
      // The addresses folded may be known to the cluster too: an endpoint outside is one.
      const avoided = [new AddressSet(strangers), new AddressSet(own)];
      const networks = foldNetworks(own.map(read), { ...asked, avoided });
      const again = foldNetworks(own.toReversed().map(read), { ...asked, avoided });
      return (
        JSON.stringify(networks.map(cidrText)) === JSON.stringify(again.map(cidrText)) &&
        own.every((ip) => networks.filter((cidr) => holdsAddress(cidr, read(ip))).length === 1) &&
        networks.every((cidr) => {
          const held = own.filter((ip) => holdsAddress(cidr, read(ip))).length;
          const isSingle = cidr.prefixLength === (cidr.family === 4 ? 32 : 128);
          const isFolded = held >= asked.leastAddresses && cidr.prefixLength >= asked.prefixLength[cidr.family];
          return (isSingle || isFolded) && !strangers.some((ip) => holdsAddress(cidr, read(ip)));
        })
      );
    }),
    { numRuns: 500 },
  );
});

const NODE = {
  status: { addresses: [{ type: "ExternalIP", address: "198.51.100.40" }] },
  spec: { podCIDR: "10.0.1.0/24" },
};
const CLUSTER = clusterOf(
  [
    COREDNS,
    deployment("shop/javaapp", { ips: ["10.0.1.1"] }),
    deployment("shop/db", { ips: ["198.51.100.20"] }),
    documents({ apiVersion: "v1", kind: "Node", metadata: { name: "n9" }, ...NODE }),
    service("shop/lb", {
      type: "LoadBalancer",
      clusterIP: "198.51.100.60",
      clusterIPs: ["198.51.100.60"],
      externalIPs: ["198.51.100.80"],
      ports: [{ port: 80 }],
    }),
  ].join(""),
);
const among = fc.integer({ min: 0, max: 95 }).map((n) => `198.51.100.${n}`);
const CLUSTERS_OWN = ["198.51.100.20", "198.51.100.40", "198.51.100.60", "198.51.100.80"];

await t.test(
  "no network of a policy holds an address of a pod, a node or a Service, or one that is held back",
  async () => {
    const outside = fc
      .uniqueArray(among, { minLength: 2, maxLength: 40 })
      .map((all) => all.filter((ip) => !CLUSTERS_OWN.includes(ip)));
    fc.assert(
      fc.property(outside, fc.integer({ min: 2, max: 4 }), fc.integer({ min: 0, max: 5 }), (all, least, unnamed) => {
        const edges = all.map((ip, n) =>
          edge("egress", n < unnamed ? external(ip) : external(ip, "a.example"), "TCP/443"),
        );
        const asked = settings({ external: { mode: "aggregate", leastAddresses: least } });
        const { policy, review } = generatePolicy(profile("shop/javaapp", edges), CLUSTER, asked);
        const blocks = (policy?.spec.egress ?? []).flatMap(({ to = [] }) =>
          to.flatMap(({ ipBlock }) => ipBlock?.cidr ?? []),
        );
        const networks = blocks.map((text) => parseCidr(text)!);
        const forbidden = [...CLUSTERS_OWN, ...all.slice(0, unnamed)];
        return (
          review.passed.length === Math.max(all.length - unnamed, 0) &&
          networks.every((cidr) => !forbidden.some((ip) => holdsAddress(cidr, read(ip))))
        );
      }),
      { numRuns: 100 },
    );
  },
);
