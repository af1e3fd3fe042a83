import t from "tap";
import { parseListenAddress } from "../../src/server/listen-address.ts";

await t.test("loopback is listened on, whatever its spelling", async (t) => {
  t.strictSame(parseListenAddress("127.0.0.1:9447"), { host: "127.0.0.1", port: 9447 });
  t.strictSame(parseListenAddress("localhost:0"), { host: "localhost", port: 0 });
  t.strictSame(parseListenAddress("[::1]:9447"), { host: "::1", port: 9447 });
});

await t.test("nothing but loopback is, as long as nobody is asked who he is", async (t) => {
  for (const text of [
    "0.0.0.0:9447",
    "192.0.2.1:9447",
    "[::]:9447",
    "[fe80::1]:9447",
    "example.org:9447",
    "127.example.org:80",
  ]) {
    t.throws(() => parseListenAddress(text), /not a loopback address/u, text);
  }
});

await t.test("what is no address is refused by name", async (t) => {
  for (const text of ["", "9447", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "::1:80", "a b:c"]) {
    t.throws(() => parseListenAddress(text), new RangeError(`${text}: expected HOST:PORT, such as 127.0.0.1:9447`));
  }
});
