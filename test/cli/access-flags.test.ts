import t from "tap";
import { type AccessFlags, toAccessSettings } from "../../src/cli/access-flags.ts";
import type { AccessSettings } from "../../src/server/front-door.ts";
import { parseListenAddress } from "../../src/server/listen-address.ts";
import { weir } from "./run.ts";

const meansIt: AccessFlags = { allowUnauthenticatedNetwork: true };

function settings(listen: string, flags: AccessFlags = {}, hasApi = true): AccessSettings {
  return toAccessSettings(flags, parseListenAddress(listen), hasApi);
}

await t.test("on loopback nobody is asked, over plain HTTP and under loopback's names", async (t) => {
  const expected = { auth: "none", audience: undefined, metricsAuth: "none", hosts: "loopback", tls: undefined };
  for (const listen of ["127.0.0.1:9447", "[::1]:9447", "localhost:9447"])
    for (const hasApi of [true, false]) t.strictSame(settings(listen, {}, hasApi), expected, `${listen} ${hasApi}`);
});

await t.test("anywhere else callers are asked, over TLS", async (t) => {
  for (const listen of [":9447", "0.0.0.0:9447", "192.0.2.1:9447", "[2001:db8::1]:9447"])
    t.match(
      settings(listen),
      { auth: "kubernetes", metricsAuth: "kubernetes", hosts: "any", tls: "self-made" },
      listen,
    );
  t.match(settings("127.0.0.1:9447", { auth: "kubernetes" }), { auth: "kubernetes", tls: "self-made" });
});

await t.test("the network is not let in unasked, unless that is said in so many words", async (t) => {
  const refused = [
    () => settings(":9447", {}, false),
    () => settings(":9447", { auth: "none" }),
    () => settings("0.0.0.0:9447", { auth: "none", metricsAuth: "kubernetes" }, false),
  ];
  for (const attempt of refused) t.throws(attempt, /--allow-unauthenticated-network means it/u);
  t.match(settings(":9447", meansIt, false), { auth: "none", hosts: "address", tls: undefined });
  t.match(settings(":9447", meansIt), { auth: "kubernetes" }, "who can be asked is");
});

await t.test("who is to be asked must be there, and a certificate has a key", async (t) => {
  t.throws(() => settings("127.0.0.1:1", { auth: "kubernetes" }, false), /needs an API server/u);
  t.throws(() => settings(":1", { tlsCert: "a" }), /give --tls-cert and --tls-key together/u);
  t.strictSame(settings("127.0.0.1:1", { tlsCert: "a", tlsKey: "b" }).tls, { cert: "a", key: "b" });
  t.equal(settings(":1", { metricsAuth: "none", tokenAudience: "weir" }).metricsAuth, "none");
});

await t.test("weir agent says so in one line, and never begins", async (t) => {
  const args = ["agent", "--cluster", t.testdir(), "--capture", "unix:/nowhere", "--listen", "0.0.0.0:0"];
  const { status, stderr, stdout } = await weir(args);
  t.equal(status, 2);
  t.match(stderr, /^weir: --auth none is for loopback: [^\n]*--allow-unauthenticated-network means it\)\n$/u);
  t.equal(stdout, "");
});

await t.test("an environment can't open the door", async (t) => {
  const args = ["agent", "--cluster", t.testdir(), "--capture", "unix:/nowhere", "--listen", "0.0.0.0:0"];
  const { status } = await weir(args, { env: { WEIR_ALLOW_UNAUTHENTICATED_NETWORK: "true" } });
  t.equal(status, 2);
});
