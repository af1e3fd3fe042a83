import * as fc from "fast-check";
import t from "tap";
import { decodeServerName } from "../../src/packet/tls.ts";
import { clientHello } from "./client-hello-bytes.ts";

await t.test("the server name of a ClientHello is read, lower case and without trailing dot", async (t) => {
  const hello = clientHello("API.Example.com.");
  t.strictSame(decodeServerName(hello, 0, hello.length), { kind: "name", name: "api.example.com" });
});

await t.test("a ClientHello that is cut before its name asks for more, wherever it is cut", async (t) => {
  const hello = clientHello("api.example.com", 1200);
  const kinds = new Set<string>();
  for (let end = 9; end < hello.length; end++) kinds.add(decodeServerName(hello, 0, end).kind);
  t.strictSame([...kinds], ["more"]);
});

await t.test("addresses and odd octets are no server names", async (t) => {
  for (const name of ["203.0.113.9", "evil\n.example", "", "a..b", "ünicode.example"]) {
    const hello = clientHello(name);
    t.strictSame(decodeServerName(hello, 0, hello.length), { kind: "none" }, JSON.stringify(name));
  }
});

await t.test("any octets are read without an exception, and none outside the range", async () => {
  const hello = clientHello("api.example.com", 40);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(hello.length - 1), fc.nat(255)), { maxLength: 6 }),
      fc.nat(hello.length),
      (changes, end) => {
        const bytes = Uint8Array.from(hello);
        for (const [at, octet] of changes) bytes[at] = octet;
        const whole = decodeServerName(bytes.slice(0, end), 0, end);
        return JSON.stringify(whole) === JSON.stringify(decodeServerName(bytes, 0, end));
      },
    ),
    { numRuns: 2000 },
  );
});
