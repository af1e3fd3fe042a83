import type { CaptureStatus } from "../flow/connection.ts";
import type { FeedStatus } from "../flow/capture-feed.ts";
import type { Condition } from "./health-routes.ts";

/** Whether packets can be seen at all; `detail` says why not, and what an operator should know beside. */
export function captureCondition(feed: FeedStatus, status: CaptureStatus | undefined): Condition {
  const fault = faultOf(feed, status);
  const restarts = `restarted ${feed.restarts} times`;
  return { name: "capture", ok: fault === undefined, detail: fault === undefined ? restarts : `${fault}; ${restarts}` };
}

function faultOf(feed: FeedStatus, status: CaptureStatus | undefined): string | undefined {
  if (!feed.isConnected) return "no capture process is heard";
  if (status?.interfaces === 0) return "no interface is captured";
  if (status?.isSilent === true) return "nothing comes through, not even its own packets on loopback";
  return undefined;
}
