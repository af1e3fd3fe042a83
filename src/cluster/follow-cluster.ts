import type { Logger } from "pino";
import { type ApiCredentials, connectApi } from "./api/connect-api.ts";
import { followClusterApi } from "./api/follow-cluster-api.ts";
import { followClusterFiles } from "./file/follow-cluster-files.ts";
import type { KubernetesObject } from "./objects.ts";

/** The two origins of the cluster's state. */
export type ClusterOrigin =
  | { readonly kind: "files"; readonly paths: readonly string[] }
  | { readonly kind: "api"; readonly credentials: ApiCredentials };

export interface FollowClusterOptions {
  /** Each new state, whole. */
  readonly onChange: (objects: readonly KubernetesObject[]) => void;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** What is followed, and how that goes. */
export interface FollowedCluster {
  /** Resolves when the first state has been told, or when `signal` aborted before. */
  readonly first: Promise<void>;
  /** Why what is known may be wrong by now; undefined while all is well. */
  readonly fault: () => string | undefined;
  /** Kinds of objects that may not be read. */
  readonly missed: () => readonly string[];
}

/** Throws ClusterFileError or ApiRefused where there is nothing to follow. */
export async function followCluster(origin: ClusterOrigin, options: FollowClusterOptions): Promise<FollowedCluster> {
  if (origin.kind === "files") return followFiles(origin.paths, options);
  const follower = followClusterApi(await connectApi(origin.credentials), options);
  return { first: follower.first, fault: () => follower.fault, missed: () => follower.missed };
}

function followFiles(paths: readonly string[], { onChange, logger, signal }: FollowClusterOptions): FollowedCluster {
  let lastFault: string | undefined;
  followClusterFiles(paths, {
    signal,
    onChange: (objects) => {
      if (lastFault !== undefined) logger.info("cluster files can be read again");
      lastFault = undefined;
      onChange(objects);
    },
    onFault: (fault) => {
      lastFault = fault.message;
      logger.warn({ fault: fault.message }, "cluster files can't be read; the last good state holds");
    },
  });
  return { first: Promise.resolve(), fault: () => lastFault, missed: () => [] };
}
