import { writeSync } from "node:fs";
import { isatty } from "node:tty";

const STDERR = 2;
const PERIOD_MS = 200;

/** A line on standard error that says how far a file is read; nothing at all where that is no terminal. */
export class Progress {
  readonly #isShown = isatty(STDERR);
  #shownMs = 0;
  #width = 0;

  show(label: string, done: number, total: number | undefined): void {
    if (!this.#isShown) return;
    const nowMs = Date.now();
    if (nowMs - this.#shownMs < PERIOD_MS) return;
    this.#shownMs = nowMs;
    const share =
      total === undefined || total === 0 ? "" : ` of ${mebibytes(total)}, ${Math.floor((100 * done) / total)} %`;
    this.#print(`${label}: ${mebibytes(done)}${share}`);
  }

  /** Takes the line away again. */
  clear(): void {
    if (this.#width > 0) this.#print("");
  }

  #print(text: string): void {
    writeSync(STDERR, `\r${text.padEnd(this.#width)}${text === "" ? "\r" : ""}`);
    this.#width = text.length;
  }
}

function mebibytes(octets: number): string {
  return `${(octets / 1024 / 1024).toFixed(1)} MiB`;
}
