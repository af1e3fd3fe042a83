import type { ClusterState } from "../cluster/cluster-state.ts";
import type { FollowedCluster } from "../cluster/follow-cluster.ts";
import type { CaptureFeed } from "../flow/capture-feed.ts";
import type { CaptureStatus } from "../flow/connection.ts";
import type { ProfileSaver } from "../profile/profile-saver.ts";
import { captureCondition } from "./capture-condition.ts";
import type { FrontDoor } from "./front-door.ts";
import type { Condition } from "./health-routes.ts";
import type { ExchangedParts } from "./metrics.ts";

/** What `/readyz` is read from, at the moment that it is asked for. */
export interface ConditionSources {
  readonly feed: Pick<CaptureFeed, "status">;
  readonly captureStatus: () => CaptureStatus | undefined;
  readonly followed: FollowedCluster;
  readonly cluster: ClusterState;
  readonly saver: Pick<ProfileSaver, "fault" | "detail">;
  readonly exchange: Pick<ExchangedParts, "fault"> | undefined;
  readonly door: Pick<FrontDoor, "doorConditions">;
}

export function agentConditions(sources: ConditionSources): readonly Condition[] {
  const { feed, captureStatus, followed, saver, exchange, door } = sources;
  return [
    captureCondition(feed.status, captureStatus()),
    { name: "cluster", ok: followed.fault() === undefined, detail: clusterDetail(sources) },
    { name: "store", ok: saver.fault === undefined, detail: saver.detail },
    // Without it a node still learns, and answers for itself.
    ...(exchange === undefined ? [] : [{ name: "parts", ok: true, detail: exchange.fault ?? "exchanged" }]),
    ...door.doorConditions(),
  ];
}

function clusterDetail({ followed, cluster }: ConditionSources): string {
  const missed = followed.missed();
  const ranges = cluster.arePodRangesKnown
    ? ""
    : "; pod ranges not known: private addresses that nobody has stay unresolved";
  const known = followed.fault() ?? `${cluster.podCount} pods known${ranges}`;
  return missed.length === 0 ? known : `${known}; may not be read: ${missed.join(", ")}`;
}
