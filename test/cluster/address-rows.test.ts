import * as fc from "fast-check";
import t from "tap";
import { canonicalAddress, ipv4Number } from "../../src/cluster/address/address.ts";
import { AddressRows } from "../../src/cluster/address/address-rows.ts";

/** Few of them, so that they come again; some far apart, so that neighbours of one chain are of several homes. */
const someIp = fc.oneof(
  fc.nat(300).map((host) => `10.244.${host >> 8}.${host & 255}`),
  fc.constantFrom("0.0.0.0", "255.255.255.255", "128.0.0.0", "fd00::1", "fd00::2", "10.1", "010.244.0.1"),
);
type Step = readonly ["set" | "delete", string, number];
const steps: fc.Arbitrary<Step[]> = fc.array(fc.tuple(fc.constantFrom("set", "delete"), someIp, fc.nat(1_000)), {
  maxLength: 800,
  size: "max",
});

function check(taken: readonly Step[]): void {
  const rows = new AddressRows();
  const model = new Map<string, number>();
  for (const [what, ip, row] of taken) {
    if (what === "set") [rows, model].forEach((either) => either.set(ip, row));
    else [rows, model].forEach((either) => either.delete(ip));
    if (rows.get(ip) !== model.get(ip)) throw new Error(`${ip} is wrong at once`);
  }
  for (let host = 0; host <= 300; host += 1) {
    const ip = `10.244.${host >> 8}.${host & 255}`;
    if (rows.get(ip) !== model.get(ip)) throw new Error(`${ip} is wrong at the end`);
  }
  for (const ip of model.keys()) if (rows.get(ip) !== model.get(ip)) throw new Error(`${ip} is lost`);
}

await t.test("whatever comes and goes, an address leads to the row that it was last given", async () => {
  fc.assert(fc.property(steps, check), { numRuns: 200 });
});

function addressOf(place: number): string {
  return `10.${place >> 16}.${(place >> 8) & 255}.${place & 255}`;
}

await t.test("a hundred thousand addresses are all found", async (t) => {
  const rows = new AddressRows();
  for (let place = 0; place < 100_000; place += 1) rows.set(addressOf(place), place);
  for (let place = 0; place < 100_000; place += 3) rows.delete(addressOf(place));
  let wrong = 0;
  for (let place = 0; place < 100_000; place += 1)
    if (rows.get(addressOf(place)) !== (place % 3 === 0 ? undefined : place)) wrong += 1;
  t.equal(wrong, 0);
});

await t.test("only dotted decimal as it is written for good is an IPv4 number", async (t) => {
  t.same(
    ["0.0.0.0", "10.244.1.7", "255.255.255.255"].map((text) => ipv4Number(text)),
    [0, 0x0af40107, 0xffffffff],
  );
  const texts = [
    "",
    ".",
    "1.2.3",
    "1.2.3.4.5",
    "1..2.3",
    "1.2.3.",
    ".1.2.3",
    "00.0.0.0",
    "1.2.3.256",
    "1.2.3.4 ",
    "::1",
  ];
  t.same(
    texts.map((text) => ipv4Number(text)),
    texts.map(() => undefined),
  );
  const digits = fc.string({ unit: fc.constantFrom("0", "1", "2", "5", "6", "9", "."), maxLength: 16 });
  fc.assert(fc.property(digits, (text) => (ipv4Number(text) !== undefined) === (canonicalAddress(text) === text)));
});
