import type { ChildProcess } from "node:child_process";
import { type Finished, type Sandbox, openSandbox } from "../../../demo/lab/sandbox.ts";

/** A veth pair between two network namespaces that have no addresses, so that nothing answers what is sent into it. */
export class Cable {
  readonly #sandbox: Sandbox;
  /** A folder of its own, as programs at the cable see it ... */
  readonly folder = "/run";
  /** ... and as this process does. */
  readonly folderFromHere: string;
  /** The device at either end: of what is sent at the one, everything arrives at the other. */
  readonly sender = "out";
  readonly receiver = "in";

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    this.folderFromHere = `${sandbox.root}${this.folder}`;
  }

  /** Throws, with the reason, where this machine makes no network namespaces. */
  static async lay(): Promise<Cable> {
    const sandbox = await openSandbox();
    const cable = new Cable(sandbox);
    const { code, stderr } = await sandbox.run(["sh", "-ec", laying]);
    if (code === 0) return cable;
    await sandbox.close();
    throw new Error(stderr);
  }

  start(argv: readonly string[]): ChildProcess {
    return this.#sandbox.start(argv, { stdio: ["ignore", "pipe", "pipe"] });
  }

  run(argv: readonly string[]): Promise<Finished> {
    return this.#sandbox.run(argv);
  }

  close(): Promise<void> {
    return this.#sandbox.close();
  }
}

/** Frames of a capture are as long as its segments were before they were cut for the wire. */
const laying = `
  ip netns add far
  ip link add in type veth peer name out netns far
  for each in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 > "$each"; done
  ip netns exec far sh -c 'for each in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 > "$each"; done'
  ip link set in mtu 65535 arp off up
  ip -n far link set out mtu 65535 arp off up`;
