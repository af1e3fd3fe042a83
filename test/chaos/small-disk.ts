import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";

/** A tmpfs in a mount namespace of its own: what is started within sees it at `folder`, and nobody else. It ends with this process. */
export class SmallDisk {
  readonly #holder: ChildProcess;
  readonly #folder: string;

  private constructor(holder: ChildProcess, folder: string) {
    this.#holder = holder;
    this.#folder = folder;
  }

  static async mount(folder: string, size: string): Promise<SmallDisk> {
    const hold = `mount -t tmpfs -o size=${size} x "$1"; echo mounted; exec cat > /dev/null`;
    const argv = ["--user", "--map-root-user", "--mount", "sh", "-ec", hold, "-", folder];
    const holder = spawn("unshare", argv, { stdio: ["pipe", "pipe", "inherit"] });
    await once(holder.stdout, "data");
    return new SmallDisk(holder, folder);
  }

  /** To be written before a command. */
  get within(): readonly string[] {
    return ["nsenter", "--target", String(this.#holder.pid), "--user", "--preserve-credentials", "--mount", "--"];
  }

  remount(options: string): void {
    this.run(["mount", "-o", `remount,${options}`, this.#folder]);
  }

  /** Where the disk is seen. Throws where the command fails. */
  run(argv: readonly string[]): void {
    const [command = "", ...args] = [...this.within, ...argv];
    execFileSync(command, args, { stdio: "ignore" });
  }

  async close(): Promise<void> {
    this.#holder.stdin!.end();
    await once(this.#holder, "close");
  }
}
