import type { Logger } from "pino";
import { type ApiConnection, type ApiCredentials, connectApi } from "./api/connect-api.ts";
import { followClusterApi } from "./api/follow-cluster-api.ts";
import type { ClusterChange } from "./cluster-change.ts";
import { followClusterFiles } from "./file/follow-cluster-files.ts";
import { Reading } from "./reading.ts";

/** The two origins of the cluster's state. */
export type ClusterOrigin =
  | { readonly kind: "files"; readonly paths: readonly string[] }
  | { readonly kind: "api"; readonly credentials: ApiCredentials };

export interface FollowClusterOptions {
  /** What has changed, in order; at first everything that there is. */
  readonly onChange: (changes: Iterable<ClusterChange>) => void;
  readonly nowUs: () => number;
  /** How late news of the cluster may come: from a kubelet to the API server, and from there to here. */
  readonly newsLagUs: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** What is followed, and how that goes. */
export interface FollowedCluster {
  /** Resolves when the first state has been told whole, or when `signal` aborted before. */
  readonly first: Promise<void>;
  /** Why what is known may be wrong by now; undefined while all is well. */
  readonly fault: () => string | undefined;
  /** Up to when everything that happened in the cluster has been told; -Infinity before the first state. */
  readonly knownUntilUs: (nowUs: number) => number;
  /** Kinds of objects that may not be read. */
  readonly missed: () => readonly string[];
  /** To the API server; undefined where files are followed. */
  readonly connection: ApiConnection | undefined;
}

/** Throws ClusterFileError or ApiRefused where there is nothing to follow. */
export async function followCluster(origin: ClusterOrigin, options: FollowClusterOptions): Promise<FollowedCluster> {
  if (origin.kind === "files") return followFiles(origin.paths, options);
  const connection = await connectApi(origin.credentials);
  const follower = followClusterApi(connection, options);
  return {
    connection,
    first: follower.first,
    fault: () => follower.fault,
    knownUntilUs: (nowUs) =>
      follower.isComplete ? Math.min(nowUs, follower.troubledSinceUs ?? nowUs) - options.newsLagUs : -Infinity,
    missed: () => follower.missed,
  };
}

function followFiles(paths: readonly string[], { onChange, logger, signal }: FollowClusterOptions): FollowedCluster {
  const reading = new Reading();
  let lastFault: string | undefined;
  followClusterFiles(paths, {
    signal,
    onChange: (objects) => {
      if (lastFault !== undefined) logger.info("cluster files can be read again");
      lastFault = undefined;
      onChange(reading.next(objects));
    },
    onFault: (fault) => {
      lastFault = fault.message;
      logger.warn({ fault: fault.message }, "cluster files can't be read; the last good state holds");
    },
  });
  // Files are taken at their word: who writes them knows when.
  const always = { first: Promise.resolve(), knownUntilUs: () => Infinity, missed: () => [], connection: undefined };
  return { ...always, fault: () => lastFault };
}
