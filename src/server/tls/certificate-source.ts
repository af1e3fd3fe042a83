import type { Logger } from "pino";
import { type Certificate, CertificateFault, type CertificateFiles, readCertificate } from "./certificate.ts";

/** As servers see it. */
export interface CertificateSource {
  readonly current: Certificate;
  /** Tells each that comes after the current one. */
  readonly onRenewed: (listener: (certificate: Certificate) => void) => void;
}

export interface FollowedCertificateOptions {
  readonly files: CertificateFiles;
  /** What is to be done before the files are read, each time. */
  readonly prepare?: () => void;
  readonly logger: Logger;
  readonly periodMs?: number;
}

/** Files of a mounted Secret are links that are changed at once: what watches one by its inode misses that. */
const PERIOD_MS = 15_000;

/** A certificate in files, read again and again; while what is there can't be used, the last good one holds. */
export class FollowedCertificate implements CertificateSource {
  readonly #options: FollowedCertificateOptions;
  readonly #listeners: ((certificate: Certificate) => void)[] = [];
  #current: Certificate;
  #fault: string | undefined;

  /** Throws CertificateFault: a certificate that was never good can't hold. */
  constructor(options: FollowedCertificateOptions) {
    this.#options = options;
    options.prepare?.();
    this.#current = readCertificate(options.files);
  }

  get current(): Certificate {
    return this.#current;
  }

  /** Why the files can't be used now. */
  get fault(): string | undefined {
    return this.#fault;
  }

  onRenewed(listener: (certificate: Certificate) => void): void {
    this.#listeners.push(listener);
  }

  /** Reads the files again and again until `signal` aborts. */
  follow(signal: AbortSignal): void {
    const timer = setInterval(() => this.look(), this.#options.periodMs ?? PERIOD_MS);
    timer.unref();
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  }

  look(): void {
    const { files, prepare, logger } = this.#options;
    try {
      prepare?.();
      this.#take(readCertificate(files));
    } catch (error) {
      if (!(error instanceof CertificateFault)) throw error;
      if (this.#fault === undefined)
        logger.warn({ fault: error.message }, "certificate can't be read; the last one holds");
      this.#fault = error.message;
    }
  }

  #take(certificate: Certificate): void {
    this.#fault = undefined;
    if (certificate.cert === this.#current.cert && certificate.key === this.#current.key) return;
    this.#current = certificate;
    for (const listener of this.#listeners) listener(certificate);
    this.#options.logger.info("certificate renewed");
  }
}
