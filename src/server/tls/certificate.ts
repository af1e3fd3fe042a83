import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";

/** A certificate, its issuers after it, and its key, each as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate that can't be used; the message names the file. */
export class CertificateFault extends Error {
  override readonly name = "CertificateFault";
}

/** Where the two are kept. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** Throws CertificateFault where a file can't be read or is not what it should be, or the two do not belong together. */
export function readCertificate(files: CertificateFiles): Certificate {
  const [cert, key] = [readText(files.cert), readText(files.key)];
  const parsed = orFault(files.cert, () => new X509Certificate(cert));
  const isPair = orFault(files.key, () => parsed.checkPrivateKey(createPrivateKey(key)));
  if (!isPair) throw new CertificateFault(`${files.key} is not the key of ${files.cert}`);
  // What can be parsed may be refused all the same: a key that is too short, an issuer cut off in the midst.
  orFault(files.cert, () => createSecureContext({ cert, key }));
  return { cert, key };
}

function readText(file: string): string {
  return orFault(file, () => readFileSync(file, "utf8"));
}

/** OpenSSL's own words say nothing to who does not know it, but they are all that there is. */
function orFault<Value>(file: string, work: () => Value): Value {
  try {
    return work();
  } catch (cause) {
    throw new CertificateFault(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
