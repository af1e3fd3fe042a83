import * as fc from "fast-check";
import ipaddr from "ipaddr.js";
import t from "tap";
import { addressNumber, addressText, canonicalAddress } from "../../src/cluster/address/address.ts";
import { addressInCidr, addressRanges, isInRanges, parseCidr } from "../../src/cluster/address/address-ranges.ts";
import { addressScope } from "../../src/cluster/address/address-scope.ts";

await t.test("an address has one canonical text", async (t) => {
  const texts = ["10.0.0.1", "::ffff:10.0.0.1", "2001:DB8:0:0:1:0:0:1", "fe80::1%eth0", "::"];
  t.same(
    texts.map((text) => canonicalAddress(text)),
    ["10.0.0.1", "10.0.0.1", "2001:db8::1:0:0:1", "fe80::1", "::"],
  );
});

await t.test("what inet_aton would read in its own way is no address", async (t) => {
  const texts = ["10.1", "010.0.0.1", "0x7f.0.0.1", "10.0.0.256", "", "None", "db-0", "::1::"];
  t.same(
    texts.map((text) => canonicalAddress(text)),
    texts.map(() => undefined),
  );
});

await t.test("a CIDR block is a prefix of its family's length at most", async (t) => {
  t.same(parseCidr("10.244.1.7/24"), { network: 0x0af401n, prefix: 24, width: 32 });
  t.same(
    ["10.0.0.0", "10.0.0.0/33", "fd00::/129", "x/8", "10.0.0.0/-1"].map((text) => parseCidr(text)),
    [undefined, undefined, undefined, undefined, undefined],
  );
});

await t.test("a block's addresses are counted from its network's", async (t) => {
  const v4 = parseCidr("10.244.1.0/24");
  const v6 = parseCidr("fd00:10:244:1::/64");
  t.same(v4 && [0, 1].map((index) => addressInCidr(v4, index)), ["10.244.1.0", "10.244.1.1"]);
  t.same(v6 && [0, 1].map((index) => addressInCidr(v6, index)), ["fd00:10:244:1::", "fd00:10:244:1::1"]);
});

await t.test("an address says what it can be", async (t) => {
  const scopes = {
    "127.0.0.53": "loopback",
    "::1": "loopback",
    "169.254.20.10": "link-local",
    "fe80::1": "link-local",
    "0.0.0.0": "unspecified",
    "224.0.0.251": "multicast",
    "ff02::1": "multicast",
    "255.255.255.255": "broadcast",
    "172.31.255.255": "private",
    "172.32.0.0": "public",
    "100.64.0.1": "private",
    "fd00::1": "private",
    "203.0.113.9": "public",
    "2001:db8::1": "public",
  };
  t.same(Object.fromEntries(Object.keys(scopes).map((ip) => [ip, addressScope(addressNumber(ip))])), scopes);
});

const anyAddress = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => canonicalAddress(text) ?? "");

await t.test("an address and its number tell the same", async () => {
  fc.assert(fc.property(anyAddress, (ip) => addressText(addressNumber(ip)) === ip));
});

await t.test("a range holds exactly the addresses that share its prefix", async () => {
  const block = fc
    .tuple(anyAddress, fc.nat(128))
    .map(([ip, length]) => [ip, length % (ip.includes(":") ? 129 : 33)] as const);
  fc.assert(
    fc.property(block, anyAddress, ([base, length], ip) => {
      const cidr = parseCidr(`${base}/${length}`);
      if (cidr === undefined) return false;
      const [one, other] = [ipaddr.parse(base), ipaddr.parse(ip)];
      const expected = one.kind() === other.kind() && other.match(one, length);
      return (
        isInRanges(addressRanges([cidr]), addressNumber(ip)) === expected &&
        isInRanges(addressRanges([cidr]), addressNumber(base))
      );
    }),
  );
});
