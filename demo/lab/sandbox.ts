import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/**
 * A place of its own on this machine: fresh network, mount and process namespaces, with a private /run for
 * `ip netns`. Nothing in it touches the host, and all of it ends with the process that opened it, even by
 * kill -9: the sandbox's first process reads a pipe from us, and when that closes, the kernel ends the rest.
 */
export interface Sandbox {
  /** Its root folder as this process sees it; files in its /run vanish with it. */
  readonly root: string;
  run: (argv: readonly string[], input?: string) => Promise<Finished>;
  /** A child whose death, by whatever signal, is SIGTERM to the command; `close` comes when the command has ended. */
  start: (argv: readonly string[], options?: SpawnOptions) => ChildProcess;
  /** Resolves when every process in it has ended. */
  close: () => Promise<void>;
}

export interface Finished {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Way {
  readonly unshare: readonly string[];
  readonly nsenter: readonly string[];
}

const asRoot: Way = { unshare: [], nsenter: [] };
const asUser: Way = { unshare: ["--user", "--map-root-user"], nsenter: ["--user", "--preserve-credentials"] };

// /proc/self is read before /proc is the sandbox's own, so it tells the process id that the host knows.
const firstProcess = `
  read -r pid rest < /proc/self/stat
  mount -t proc proc /proc
  mount -t tmpfs tmpfs /run
  echo "$pid"
  exec cat > /dev/null`;

/** Throws, with the reason, where this machine lets neither root nor an ordinary user make namespaces. */
export async function openSandbox(): Promise<Sandbox> {
  const reasons: string[] = [];
  for (const way of process.getuid?.() === 0 ? [asRoot, asUser] : [asUser]) {
    const opened = await tryToOpen(way);
    if (typeof opened !== "string") return opened;
    reasons.push(opened);
  }
  throw new Error(reasons.join("; "));
}

async function tryToOpen(way: Way): Promise<Sandbox | string> {
  const flags = [...way.unshare, "--net", "--mount", "--pid", "--fork", "--kill-child"];
  const holder = launch("unshare", [...flags, "sh", "-ec", firstProcess], { stdio: "pipe" });
  const closed = untilClosed(holder);
  const complaint = holder.stderr === null ? "" : text(holder.stderr);
  const pid = await firstLine(holder);
  if (pid !== undefined) return sandboxOf(holder, { pid, closed, way });
  return (await complaint).trim() || "unshare could not be started";
}

function sandboxOf(
  holder: ChildProcess,
  { pid, closed, way }: { readonly pid: string; readonly closed: Promise<unknown>; readonly way: Way },
): Sandbox {
  // The signal that ends nsenter never reaches what runs inside, so its death is made to: by parent-death signal.
  const inside = ["setpriv", "--pdeathsig", "TERM"];
  const enter = ["--target", pid, ...way.nsenter, "--net", "--mount", "--pid", "--", ...inside];
  const start: Sandbox["start"] = (argv, options = {}) => launch("nsenter", [...enter, ...argv], options);
  return {
    root: `/proc/${pid}/root`,
    start,
    run: (argv, input = "") => finish(start(argv, { stdio: "pipe" }), input),
    close: async () => {
      holder.stdin?.end();
      await closed;
    },
  };
}

/** Children lead a session of their own, so that Ctrl-C reaches only the process that opened the sandbox, which then ends all in order. */
function launch(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  // An ordinary user's PATH on Debian lacks the folders of ip, nft and dnsmasq.
  const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin` };
  const child = spawn(command, args, { env, detached: true, ...options });
  // A command that is not there is told by its closing without a word; writing to one that has ended is no fault.
  child.on("error", () => {});
  child.stdin?.on("error", () => {});
  return child;
}

async function finish(child: ChildProcess, input: string): Promise<Finished> {
  child.stdin?.end(input);
  const [code, stdout, stderr] = await Promise.all([
    untilClosed(child),
    child.stdout === null ? "" : text(child.stdout),
    child.stderr === null ? "" : text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

function untilClosed(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once("close", resolve);
  });
}

/** Undefined where the process ended without one. */
async function firstLine(child: ChildProcess): Promise<string | undefined> {
  let seen = "";
  for await (const chunk of child.stdout ?? []) {
    seen += String(chunk);
    const end = seen.indexOf("\n");
    if (end >= 0) return seen.slice(0, end);
  }
  return undefined;
}
