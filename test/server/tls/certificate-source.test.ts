import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect as connectPlain, type AddressInfo } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { pino } from "pino";
import t, { type Test } from "tap";
import { FollowedCertificate } from "../../../src/server/tls/certificate-source.ts";
import { selfMadeFiles } from "../../../src/server/tls/keep-self-made.ts";
import { makeCertificate } from "../../../src/server/tls/self-made-certificate.ts";
import { server } from "../ask.ts";

const logger = pino({ level: "silent" });

function put(files: { cert: string; key: string }): string {
  const { cert, key } = makeCertificate({ names: ["localhost"], nowMs: Date.now() });
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key);
  return cert;
}

async function secureServer(
  t: Test,
): Promise<{ files: { cert: string; key: string }; certificates: FollowedCertificate; port: number; first: string }> {
  const files = selfMadeFiles(t.testdir());
  const first = put(files);
  const certificates = new FollowedCertificate({ files, logger });
  const { app } = await server([], { certificates, limits: { handshakeMs: 300, checkMs: 50 } });
  await app.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => app.close());
  return { files, certificates, first, port: (app.server.address() as AddressInfo).port };
}

async function dial(t: Test, port: number, ca: string): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca });
  t.teardown(() => socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

async function livez(socket: TLSSocket): Promise<string> {
  socket.write("GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n");
  return String((await once(socket, "data"))[0]);
}

await t.test("a certificate that changes is taken without dropping who is there", async (t) => {
  const { files, certificates, port, first } = await secureServer(t);
  const before = await dial(t, port, first);
  t.match(await livez(before), /^HTTP\/1\.1 200/u);
  const second = put(files);
  certificates.look();
  t.match(await livez(before), /^HTTP\/1\.1 200/u, "the same connection");
  const after = await dial(t, port, second);
  t.equal(after.getPeerX509Certificate()?.fingerprint256, new X509Certificate(second).fingerprint256);
  t.match(await livez(after), /^HTTP\/1\.1 200/u);
  await t.rejects(dial(t, port, first), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
});

await t.test("while the files are no pair the last one holds, and that is said until it is over", async (t) => {
  const { files, certificates, port, first } = await secureServer(t);
  writeFileSync(files.key, "nonsense");
  certificates.look();
  t.match(certificates.fault, /tls\.key: /u);
  t.match(await livez(await dial(t, port, first)), /^HTTP\/1\.1 200/u);
  put(files);
  certificates.look();
  t.equal(certificates.fault, undefined);
});

await t.test(
  "one that OpenSSL does not take is a fault, and the last one holds: an issuer cut off in the midst",
  async (t) => {
    const { files, certificates, port, first } = await secureServer(t);
    writeFileSync(files.cert, first + first.slice(0, 200));
    certificates.look();
    t.match(certificates.fault, files.cert);
    t.match(await livez(await dial(t, port, first)), /^HTTP\/1\.1 200/u);
  },
);

await t.test("plain HTTP, noise and silence on the port of TLS are let go", async (t) => {
  const { port } = await secureServer(t);
  for (const words of ["GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n", "\u0000".repeat(100), ""]) {
    const socket = connectPlain(port, "127.0.0.1")
      .setEncoding("latin1")
      .on("error", () => undefined);
    let heard = "";
    socket.on("data", (text: string) => (heard += text));
    socket.write(words);
    await once(socket, "close");
    t.notMatch(heard, /HTTP/u, JSON.stringify(words.slice(0, 10)));
  }
});

await t.test("older TLS than 1.2 is not spoken", async (t) => {
  const { port, first } = await secureServer(t);
  const old = connect({
    host: "127.0.0.1",
    port,
    servername: "localhost",
    ca: first,
    maxVersion: "TLSv1.1",
    minVersion: "TLSv1",
  });
  await t.rejects(once(old, "secureConnect"));
});
