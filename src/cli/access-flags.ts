import { type Command, Option } from "commander";
import type { AccessSettings } from "../server/front-door.ts";
import { isLoopback, type ListenAddress } from "../server/listen-address.ts";
import { flag } from "./flag.ts";

export interface AccessFlags {
  readonly auth?: "none" | "kubernetes";
  readonly tokenAudience?: string;
  readonly metricsAuth?: "none" | "kubernetes";
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowUnauthenticatedNetwork?: true;
}

export function addAccessFlags(command: Command): Command {
  return command
    .addOption(
      flag(
        "--auth <how>",
        "who may ask: kubernetes takes bearer tokens, over TLS, and asks the API server; none asks nobody " +
          "(default: none on loopback, else kubernetes)",
      ).choices(["none", "kubernetes"]),
    )
    .addOption(flag("--token-audience <name>", "take only tokens made for this audience, not those for the API server"))
    .addOption(
      flag("--metrics-auth <how>", "none lets everybody read /metrics (default: as --auth)").choices([
        "none",
        "kubernetes",
      ]),
    )
    .addOption(flag("--tls-cert <file>", "certificate chain, PEM, read again when it changes; else one is made"))
    .addOption(flag("--tls-key <file>", "its key"))
    .addOption(
      // Of the command line alone: a variable that is set to "false" would be a yes.
      new Option("--allow-unauthenticated-network", "let everybody who reaches --listen read, decide and forget"),
    );
}

/** Throws RangeError, without the flag's name, which is `--listen`'s or `--auth`'s. */
export function toAccessSettings(flags: AccessFlags, listen: ListenAddress, hasApi: boolean): AccessSettings {
  const isLocal = isLoopback(listen.host);
  const auth = flags.auth ?? (isLocal || !hasApi ? "none" : "kubernetes");
  if (auth === "kubernetes" && !hasApi)
    throw new RangeError("kubernetes needs an API server to ask: --kubeconfig, or a pod's service account");
  if (auth === "none" && !isLocal && flags.allowUnauthenticatedNetwork !== true)
    throw new RangeError(
      `none is for loopback: everybody who reaches ${listen.host || "this machine"} could read, decide and forget ` +
        "(--auth kubernetes asks who calls; --allow-unauthenticated-network means it)",
    );
  return {
    auth,
    audience: flags.tokenAudience,
    metricsAuth: flags.metricsAuth ?? auth,
    hosts: hostRule(auth, isLocal),
    tls: toTls(flags, auth),
  };
}

function hostRule(auth: AccessSettings["auth"], isLocal: boolean): AccessSettings["hosts"] {
  if (auth === "kubernetes") return "any";
  return isLocal ? "loopback" : "address";
}

/** A token never goes over plain HTTP. */
function toTls({ tlsCert: cert, tlsKey: key }: AccessFlags, auth: AccessSettings["auth"]): AccessSettings["tls"] {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert !== undefined || key !== undefined) throw new RangeError("and TLS: give --tls-cert and --tls-key together");
  return auth === "kubernetes" ? "self-made" : undefined;
}
