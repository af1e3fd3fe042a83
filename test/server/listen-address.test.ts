import t from "tap";
import { isLoopback, parseListenAddress } from "../../src/server/listen-address.ts";

await t.test("an address is one of either family, localhost, or every one", async (t) => {
  t.strictSame(parseListenAddress("127.0.0.1:9447"), { host: "127.0.0.1", port: 9447 });
  t.strictSame(parseListenAddress("localhost:0"), { host: "localhost", port: 0 });
  t.strictSame(parseListenAddress("[::1]:9447"), { host: "::1", port: 9447 });
  t.strictSame(parseListenAddress("192.0.2.1:80"), { host: "192.0.2.1", port: 80 });
  t.strictSame(parseListenAddress(":9447"), { host: "", port: 9447 });
});

await t.test("loopback is known by its address alone", async (t) => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "localhost"]) t.ok(isLoopback(host), host);
  for (const host of ["", "0.0.0.0", "192.0.2.1", "::", "fe80::1", "127.example.org", "localhost.example.org"])
    t.notOk(isLoopback(host), host);
});

await t.test("what is no address is refused by name", async (t) => {
  for (const text of ["", "9447", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "::1:80", "a b:c", "example.org:80"]) {
    t.throws(() => parseListenAddress(text), new RangeError(`${text}: expected ADDRESS:PORT, such as 127.0.0.1:9447`));
  }
});
