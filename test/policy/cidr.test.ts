import * as fc from "fast-check";
import t from "tap";
import { cidrText, enclosing, holdsAddress, holdsCidr, parseAddress, parseCidr } from "../../src/policy/cidr.ts";

const read = (text: string) => {
  const cidr = parseCidr(text);
  return cidr === undefined ? undefined : cidrText(cidr);
};

await t.test("networks are read as the API server reads them and written in canonical form", async (t) => {
  t.strictSame(
    ["10.1.2.3/8", "0.0.0.0/0", "203.0.113.9/32", "2001:DB8:0:0:1::1/64", "::/0", "::1/128", "::ffff:10.0.0.0/104"].map(
      read,
    ),
    ["10.0.0.0/8", "0.0.0.0/0", "203.0.113.9/32", "2001:db8::/64", "::/0", "::1/128", "10.0.0.0/8"],
  );
  for (const text of [
    "",
    "/",
    "10.0.0.0",
    "10.0.0.0/33",
    "10.0.0/8",
    "010.0.0.0/8",
    "10.0.0.0/08",
    "::/129",
    "fe80::1%eth0/64",
    "::ffff:10.0.0.0/8",
    "10.0.0.0/-1",
    "a/8",
  ])
    t.equal(read(text), undefined, text);
});

const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6().filter((text) => !text.toLowerCase().includes("ffff:") || !text.includes(".")),
);

await t.test("a network holds exactly the addresses that share its first bits", async () => {
  fc.assert(
    fc.property(address, address, fc.nat(128), (one, other, bits) => {
      const [a, b] = [parseAddress(one), parseAddress(other)];
      if (a === undefined || b === undefined) return false;
      const length = a.family === 4 ? bits % 33 : bits;
      const cidr = enclosing(a, length);
      const isSame = a.family === b.family && prefix(a.words, a.family, length) === prefix(b.words, b.family, length);
      return (
        holdsAddress(cidr, a) &&
        holdsAddress(cidr, b) === isSame &&
        holdsCidr(cidr, enclosing(b, cidr.family === 4 ? 32 : 128)) === isSame
      );
    }),
  );
});

await t.test("text of a network reads back as the same network", async () => {
  fc.assert(
    fc.property(address, fc.nat(128), (text, bits) => {
      const parsed = parseAddress(text);
      if (parsed === undefined) return false;
      const written = cidrText(enclosing(parsed, parsed.family === 4 ? bits % 33 : bits));
      const again = parseCidr(written);
      return again !== undefined && cidrText(again) === written;
    }),
  );
});

function prefix(words: Uint32Array, family: 4 | 6, length: number): string {
  const bits = Array.from(words, (word) => word.toString(2).padStart(32, "0")).join("");
  return bits.slice(0, family === 4 ? 96 + length : length);
}
