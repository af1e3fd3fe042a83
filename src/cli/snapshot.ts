import { stringify } from "yaml";
import { ApiFault, ApiRefused } from "../cluster/api/api-fault.ts";
import { connectApi } from "../cluster/api/connect-api.ts";
import { readCluster } from "../cluster/api/read-cluster.ts";
import { toApiObject } from "../cluster/object/write-object.ts";
import { StandardOutput } from "./standard-output.ts";
import { stopSignal } from "./stop-signal.ts";
import { UsageError } from "./usage-error.ts";

export interface SnapshotOptions {
  readonly kubeconfig?: string;
}

/** Prints the cluster's state; nothing at all where it can't be read whole, so that half a file is never taken for one. */
export async function snapshot({ kubeconfig }: SnapshotOptions): Promise<void> {
  const objects = await readOnce(kubeconfig);
  const output = new StandardOutput();
  output.write("apiVersion: v1\nkind: List\nitems:\n");
  // One by one: a document of a whole cluster would be held three times over.
  for (const object of objects)
    output.write(stringify([toApiObject(object)], { aliasDuplicateObjects: false, lineWidth: 0 }));
  if (objects.length === 0) output.write("  []\n");
  output.flush();
}

async function readOnce(path: string | undefined): ReturnType<typeof readCluster> {
  try {
    const connection = await connectApi(path === undefined ? { kind: "default" } : { kind: "kubeconfig", path });
    return await readCluster(connection, { onMissed: warn, signal: stopSignal() }).catch((error: unknown) => {
      throw error instanceof ApiFault
        ? new ApiRefused(`${connection.server}: ${error.message}`, { cause: error })
        : error;
    });
  } catch (error) {
    throw error instanceof ApiRefused ? new UsageError(error.message.replaceAll("\n", " "), { cause: error }) : error;
  }
}

function warn(problem: string): void {
  console.error(`weir: ${problem}`);
}
