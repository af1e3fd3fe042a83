import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { readCertificate } from "../../../src/server/tls/certificate.ts";
import { keepSelfMade, ownNames, selfMadeFiles } from "../../../src/server/tls/keep-self-made.ts";
import { makeCertificate, VALID_DAYS } from "../../../src/server/tls/self-made-certificate.ts";

const names = ["localhost", "127.0.0.1", "::1", "node-1.example", "2001:db8::5"];
const nowMs = Date.now();
const DAY_MS = 86_400_000;

await t.test("it says whom it is for, for how long, and that it may sign nothing", async (t) => {
  const made = makeCertificate({ names, nowMs });
  const { subjectAltName, ca, validFromDate, validToDate, keyUsage } = new X509Certificate(made.cert);
  t.equal(
    subjectAltName,
    "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:node-1.example, IP Address:2001:DB8:0:0:0:0:0:5",
  );
  t.equal(ca, false);
  t.strictSame([...keyUsage], ["1.3.6.1.5.5.7.3.1"], "for servers");
  t.ok(validFromDate.getTime() < nowMs);
  t.equal(Math.round((validToDate.getTime() - nowMs) / DAY_MS), VALID_DAYS);
  const parsed = new X509Certificate(made.cert);
  t.ok(parsed.verify(parsed.publicKey), "its own key vouches for it");
  t.equal(parsed.checkIP("2001:db8::5"), "2001:db8::5");
  const serials = Array.from(
    { length: 24 },
    () => new X509Certificate(makeCertificate({ names, nowMs }).cert).serialNumber,
  );
  t.ok(
    serials.every((serial) => /^[\dA-F]{32}$/u.test(serial)),
    "none is negative",
  );
  t.equal(new Set(serials).size, 24);
});

await t.test("OpenSSL finds nothing wrong with it, by its strict rules", async (t) => {
  const cert = join(t.testdir(), "tls.crt");
  writeFileSync(cert, makeCertificate({ names, nowMs }).cert);
  const strict = ["-x509_strict", "-purpose", "sslserver", "-verify_hostname", "node-1.example", "-CAfile", cert, cert];
  t.match(spawnSync("openssl", ["verify", ...strict], { encoding: "utf8" }), { status: 0, stdout: /: OK/u });
  const shown = execFileSync("openssl", ["x509", "-in", cert, "-noout", "-text"], { encoding: "utf8" });
  t.match(
    shown,
    /Version: 3.*ecdsa-with-SHA256.*Issuer: CN ?= ?weir.*prime256v1.*critical\s+CA:FALSE.*Digital Signature/su,
  );
  const wrong = ["-verify_hostname", "other.example", "-CAfile", cert, cert];
  t.equal(spawnSync("openssl", ["verify", ...wrong]).status, 2, "for another name it does not do");
});

await t.test("any time is written as the RFC has it", async (t) => {
  for (const year of [1999, 2026, 2049, 2050, 2150]) {
    const { validToDate } = new X509Certificate(makeCertificate({ names, nowMs: Date.UTC(year, 0, 1) }).cert);
    t.equal(validToDate.getTime(), Date.UTC(year, 0, 1) + VALID_DAYS * DAY_MS, String(year));
  }
});

await t.test("it is kept for its user alone, and made anew only when it must be", async (t) => {
  const folder = t.testdir();
  mkdirSync(join(folder, "data"));
  const files = selfMadeFiles(join(folder, "data"));
  keepSelfMade({ files, names, nowMs });
  const first = readCertificate(files);
  for (const file of [files.cert, files.key]) t.equal(statSync(file).mode & 0o777, 0o600, file);
  keepSelfMade({ files, names, nowMs: nowMs + 300 * DAY_MS });
  t.strictSame(readCertificate(files), first, "it is good for more than a month");
  keepSelfMade({ files, names, nowMs: nowMs + (VALID_DAYS - 29) * DAY_MS });
  const second = readCertificate(files);
  t.not(second.cert, first.cert, "it soon ends");
  keepSelfMade({ files, names: [...names, "node-2"], nowMs });
  t.match(new X509Certificate(readCertificate(files).cert).subjectAltName, /node-2/u, "the node has another name");
  writeFileSync(files.key, first.key);
  keepSelfMade({ files, names, nowMs });
  t.doesNotThrow(() => readCertificate(files), "the two did not belong together");
  t.throws(() => keepSelfMade({ files: selfMadeFiles(join(folder, "none")), names, nowMs }), /none\/tls\.crt: /u);
});

await t.test("what can't stand in a certificate is not in it", async (t) => {
  const own = ownNames("Node One", "");
  t.ok(own.includes("localhost"));
  t.notOk(own.includes("Node One") || own.includes(""));
  t.ok(ownNames("node-1", "192.0.2.7").includes("192.0.2.7"));
});

await t.test("files that can't be used are named, with what is wrong", async (t) => {
  const folder = t.testdir();
  const files = selfMadeFiles(folder);
  t.throws(() => readCertificate(files), { name: "CertificateFault", message: /tls\.crt: ENOENT/u });
  const [one, other] = [makeCertificate({ names, nowMs }), makeCertificate({ names, nowMs })];
  writeFileSync(files.cert, one.cert);
  writeFileSync(files.key, other.key);
  t.throws(() => readCertificate(files), /tls\.key is not the key of .*tls\.crt$/u);
  writeFileSync(files.key, "nonsense");
  t.throws(() => readCertificate(files), /tls\.key: /u);
  chmodSync(files.key, 0o600);
});
