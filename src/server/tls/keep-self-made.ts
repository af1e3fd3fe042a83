import { X509Certificate } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { CertificateFault, type CertificateFiles, readCertificate } from "./certificate.ts";
import { makeCertificate } from "./self-made-certificate.ts";

export interface KeepOptions {
  readonly files: CertificateFiles;
  readonly names: readonly string[];
  readonly nowMs: number;
}

/** Made anew so long before it ends, so that clients have time to fetch it. */
const RENEWED_BEFORE_MS = 30 * 86_400_000;

export function selfMadeFiles(folder: string): CertificateFiles {
  return { cert: join(folder, "tls.crt"), key: join(folder, "tls.key") };
}

/** By which a client on this machine, one through a tunnel, or one that knows the node calls it. */
export function ownNames(node: string | undefined, listenHost: string): readonly string[] {
  const names = ["localhost", "127.0.0.1", "::1", hostname().toLowerCase(), node ?? "", listenHost];
  return [...new Set(names.filter((name) => isIP(name) !== 0 || isDnsName(name)))];
}

/** RFC 1123, 2.1; what is none can't stand in a certificate. */
function isDnsName(name: string): boolean {
  return /^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/u.test(name) && isIP(name) === 0;
}

/** Makes a certificate where there is none that is good for a while yet. Throws CertificateFault where it can't be kept. */
export function keepSelfMade({ files, names, nowMs }: KeepOptions): void {
  if (isGood(files, names, nowMs)) return;
  const { cert, key } = makeCertificate({ names, nowMs });
  try {
    // Between the two renames they do not match, and whoever reads them then tries again.
    writePrivately(files.key, key);
    writePrivately(files.cert, cert);
  } catch (cause) {
    throw new CertificateFault(`${files.cert}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function isGood(files: CertificateFiles, names: readonly string[], nowMs: number): boolean {
  try {
    const { validToDate, subjectAltName = "" } = new X509Certificate(readCertificate(files).cert);
    const isLasting = validToDate.getTime() > nowMs + RENEWED_BEFORE_MS;
    return isLasting && names.every((name) => isIP(name) === 6 || subjectAltName.includes(name));
  } catch (error) {
    if (error instanceof CertificateFault) return false;
    throw error;
  }
}

/** Whole or not at all, and never readable by others, not even before it has its name. */
function writePrivately(file: string, text: string): void {
  const fresh = `${file}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode: 0o600, flag: "wx" });
  renameSync(fresh, file);
}
