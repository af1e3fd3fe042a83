import { openSandbox, type Sandbox } from "../demo/lab/sandbox.ts";

/** The sending and the listening end: two network namespaces with a veth between them. */
export interface Place {
  readonly sandbox: Sandbox;
  close: () => Promise<void>;
}

export const SENDER = "sender";
export const LISTENER = "listener";
/** Names of the veth's ends. */
export const SENDING = "veth-send";
export const LISTENING = "veth-hear";
export const LISTENER_ADDRESS = "192.0.2.2"; // RFC 5737

const commands = [
  `ip netns add ${SENDER}`,
  `ip netns add ${LISTENER}`,
  `ip link add ${SENDING} netns ${SENDER} type veth peer name ${LISTENING} netns ${LISTENER}`,
  // Nothing but what is replayed shall cross.
  `ip netns exec ${SENDER} sysctl -qw net.ipv6.conf.all.disable_ipv6=1`,
  `ip netns exec ${LISTENER} sysctl -qw net.ipv6.conf.all.disable_ipv6=1`,
  `ip -n ${SENDER} address add 192.0.2.1/24 dev ${SENDING}`,
  `ip -n ${LISTENER} address add ${LISTENER_ADDRESS}/24 dev ${LISTENING}`,
  `ip -n ${SENDER} link set ${SENDING} up`,
  `ip -n ${LISTENER} link set ${LISTENING} up`,
  `ip -n ${LISTENER} link set lo up`,
];

/** Throws where namespaces can't be made. They end with this process, however it ends. */
export async function makePlace(): Promise<Place> {
  const sandbox = await openSandbox();
  for (const command of commands) {
    const { code, stderr } = await sandbox.run(command.split(" "));
    if (code !== 0) throw new Error(`${command}: ${stderr.trim()}`);
  }
  return { sandbox, close: () => sandbox.close() };
}

/** The command as it is run in one of the two namespaces. */
export function inNamespace(name: string, argv: readonly string[]): readonly string[] {
  return ["ip", "netns", "exec", name, ...argv];
}
