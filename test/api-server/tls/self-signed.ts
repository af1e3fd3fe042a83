import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ServerCertificate {
  /** PEM of the authority that clients are to trust. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"] as const;
const EXTENSIONS =
  "subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost,DNS:kubernetes.default.svc\nextendedKeyUsage=serverAuth\n";

/** An authority and a certificate for this machine, made by OpenSSL and kept in memory only. */
export function selfSigned(): ServerCertificate {
  const folder = mkdtempSync(join(tmpdir(), "weir-tls-"));
  const openssl = (...args: readonly string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "ignore"] });
  };
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  try {
    writeFileSync(join(folder, "extensions"), EXTENSIONS);
    openssl("req", "-x509", ...EC, "-subj", "/CN=weir test authority", "-keyout", "ca.key", "-out", "ca.crt");
    openssl("req", ...EC, "-subj", "/CN=kube-apiserver", "-keyout", "server.key", "-out", "server.csr");
    const signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "extensions"];
    openssl("x509", "-req", "-in", "server.csr", ...signed, "-out", "server.crt");
    return { ca: read("ca.crt"), cert: read("server.crt"), key: read("server.key") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
