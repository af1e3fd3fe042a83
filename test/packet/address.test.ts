import * as fc from "fast-check";
import t from "tap";
import { addressText, parseAddress } from "../../src/packet/address.ts";

const word = fc.oneof(fc.constant(0), fc.nat(0xffff), fc.integer({ min: 0, max: 0xffffffff }));
const words = fc.tuple(word, word, word, word).map((numbers) => Uint32Array.from(numbers));

function isIpv4Mapped(address: Uint32Array): boolean {
  return address[0] === 0 && address[1] === 0 && address[2] === 0xffff;
}

/** The WHATWG serializer, which follows RFC 5952 but for IPv4-mapped addresses. */
function urlText(address: Uint32Array): string {
  const groups = [...address].flatMap((part) => [part >>> 16, part & 0xffff]).map((group) => group.toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

await t.test("IPv4 addresses are dotted quads", async (test) => {
  for (const text of ["0.0.0.0", "10.0.0.1", "192.168.255.7", "255.255.255.255"]) {
    test.equal(addressText(parseAddress(text)!, 0), text);
    test.equal(addressText(parseAddress(`::ffff:${text}`)!, 0), text, "even where IPv6 carries them");
  }
});

await t.test("IPv6 addresses are written as RFC 5952 has it", async (test) => {
  const texts = {
    "::": "::",
    "0:0:0:0:0:0:0:1": "::1",
    "2001:DB8::0:1": "2001:db8::1",
    "2001:db8:0:1:1:1:1:1": "2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1": "2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
    "fe80:0:0:0:0:0:0:0": "fe80::",
  };
  for (const [text, canonical] of Object.entries(texts)) test.equal(addressText(parseAddress(text)!, 0), canonical);
});

await t.test("the address is taken from where it begins", async (test) => {
  const pair = Uint32Array.of(0, 0, 0xffff, 0x0a000001, 0x20010db8, 0, 0, 2);
  test.strictSame([addressText(pair, 0), addressText(pair, 4)], ["10.0.0.1", "2001:db8::2"]);
});

await t.test("text and words are each other's reverse, and the text is canonical", async (test) => {
  test.doesNotThrow(() =>
    fc.assert(
      fc.property(words, (address) => {
        const text = addressText(address, 0);
        const isCanonical = isIpv4Mapped(address) || text === urlText(address);
        return isCanonical && parseAddress(text)?.join() === address.join();
      }),
    ),
  );
});

await t.test("what is no address is none", async (test) => {
  for (const text of ["", "10.0.0", "10.0.0.256", "010.0.0.1", "0x0a.0.0.1", "1::2::3", "fe80::1%eth0", "pod"]) {
    test.equal(parseAddress(text), undefined, text);
  }
});
