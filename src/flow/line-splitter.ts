/** A line longer than this is no event of ours. */
const MAX_LINE = 256 * 1024;

/** Text that arrives in pieces, cut into lines; of a line past the bound only the rest of it is lost. */
export class LineSplitter {
  #rest = "";
  #isSkipping = false;

  /** The lines that this piece completes, and how many were too long. */
  push(piece: string): { readonly lines: readonly string[]; readonly tooLong: number } {
    const parts = (this.#rest + piece).split("\n");
    this.#rest = parts.pop() ?? "";
    let tooLong = 0;
    if (this.#isSkipping && parts.length > 0) {
      parts.shift();
      this.#isSkipping = false;
    }
    if (this.#rest.length > MAX_LINE) {
      this.#rest = "";
      if (!this.#isSkipping) tooLong += 1;
      this.#isSkipping = true;
    }
    return { lines: parts.filter((line) => line !== ""), tooLong };
  }
}
