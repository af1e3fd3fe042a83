/** A container of the DaemonSet, run on the lab's node with what its manifest lets it have, and no more. */
import type { V1Container } from "@kubernetes/client-node";
import { fileURLToPath } from "node:url";
import { type Lab, startLab, whyNoLab } from "../../demo/lab/lab.ts";
import { ipv4Only } from "../../demo/shop/families.ts";
import { shop } from "../../demo/shop/shop.ts";
import { agent, podSpec } from "./manifests.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Where a pod is told to find its API server: on the lab's node. */
export const API_PORT = "6443";
const tokenPath = agent.volumeMounts!.find(({ name }) => name === "token")!.mountPath;
const environment = ["WEIR_NODE=node-1", "KUBERNETES_SERVICE_HOST=127.0.0.1", `KUBERNETES_SERVICE_PORT=${API_PORT}`];

/** Undefined where such containers can be had, else the reason why not. */
export async function whyNoContainers(): Promise<string | undefined> {
  const reason = await whyNoLab();
  if (reason !== undefined) return reason;
  const lab = await startLab({ plan: shop(ipv4Only) });
  try {
    const { code, stderr } = await lab.exec("node", ["setpriv", "--reuid", "65532", "--bounding-set", "-all", "true"]);
    return code === 0 ? undefined : `this machine gives its processes no other user or rights (${stderr.trim()})`;
  } finally {
    await lab.stop();
  }
}

/**
 * Makes the pod's folders as the kubelet makes them: root's. They stand in the lab's own /run, with room for the image
 * and the place where the token of a container that has one is mounted.
 */
export async function makeVolumes(lab: Lab): Promise<void> {
  const tokenMount = `-m 0755 ${inRun(tokenPath)}`;
  const folders = [
    "-m 0755 image",
    "-m 0777 volume-capture",
    "-m 0755 volume-data",
    "-m 0755 volume-token",
    tokenMount,
  ];
  const script = folders.map((folder) => `install -d ${folder}`).join("\n");
  const { code, stderr } = await lab.exec("node", ["sh", "-ec", `cd ${lab.folder}\n${script}`]);
  if (code !== 0) throw new Error(stderr);
}

/** The image's entry point. */
export function weirIn(lab: Lab): string {
  return `${lab.folder}/image/bin/weir`;
}

/** What starts a command (or the container's own) as the container would run it, in a mount namespace of its own. */
export function inContainer(lab: Lab, container: V1Container, command?: readonly string[]): readonly string[] {
  const argv = command ?? container.command ?? [weirIn(lab), ...(container.args ?? [])];
  const moved = argv.map((argument) => withVolumesOf(lab, container, argument));
  const start = [...mounts(lab, container), 'exec "$@"'].join("\n");
  return ["unshare", "--mount", "sh", "-ec", start, "sh", ...restrictions(container), ...moved];
}

function mounts(lab: Lab, { securityContext, volumeMounts = [] }: V1Container): readonly string[] {
  const makeReadOnly = "mount -o remount,bind,ro";
  const readOnly = volumeMounts.filter((mount) => mount.readOnly && isShared(mount.name));
  const folders = readOnly.map(({ name }) => `${lab.folder}/volume-${name}`);
  return [
    `mount --bind '${repository}' ${lab.folder}/image`,
    ...folders.flatMap((folder) => [`mount --bind ${folder} ${folder}`, `${makeReadOnly} ${folder}`]),
    ...volumeMounts
      .filter(({ name }) => !isShared(name))
      .flatMap(({ name, mountPath }) => [
        `mount --bind ${lab.folder}/volume-${name} ${inRun(mountPath)}`,
        `${makeReadOnly} ${inRun(mountPath)}`,
      ]),
    ...(securityContext?.readOnlyRootFilesystem === true ? [`${makeReadOnly} /`] : []),
  ];
}

/** As a container runtime sets them: for root they are what is left of its rights, for others there are none. */
function restrictions({ securityContext = {} }: V1Container): readonly string[] {
  const { runAsUser, runAsGroup, capabilities, allowPrivilegeEscalation } = securityContext;
  const added = (capabilities?.add ?? []).map((name) => `+${name.toLowerCase()}`);
  const dropped = (capabilities?.drop ?? []).map((name) => `-${name.toLowerCase()}`);
  const user = ["--reuid", String(runAsUser), "--regid", String(runAsGroup), "--clear-groups"];
  const rights = ["--bounding-set", [...dropped, ...added].join(","), "--inh-caps", "-all"];
  const noNewPrivileges = allowPrivilegeEscalation === false ? ["--no-new-privs"] : [];
  return ["setpriv", ...user, ...rights, ...noNewPrivileges, "env", "-u", "HOME", ...environment];
}

function withVolumesOf(lab: Lab, { volumeMounts = [] }: V1Container, argument: string): string {
  return volumeMounts
    .filter(({ name }) => isShared(name))
    .reduce((text, { name, mountPath }) => text.replace(mountPath, `${lab.folder}/volume-${name}`), argument);
}

/** A token is one container's own, mounted where programs look for it; the other volumes keep their place in the lab. */
function isShared(volume: string): boolean {
  return podSpec.volumes!.some(({ name, projected }) => name === volume && projected === undefined);
}

/** /var/run is /run (FHS 3.0, 3.15 and 5.13), of which a lab has its own. */
function inRun(path: string): string {
  return path.replace(/^\/var\/run\//u, "/run/");
}
