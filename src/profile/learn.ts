import type { ClusterState } from "../cluster/cluster-state.ts";
import type { FlowEvent } from "../flow/connection.ts";
import type { ProfileBook } from "./profile-book.ts";

/** What a flow event adds to the profiles, where the cluster is known and does not change: with a savefile. */
export function learn(event: FlowEvent, cluster: ClusterState, book: ProfileBook): void {
  switch (event.kind) {
    case "opened":
      return book.addOpened(cluster.identifyConnection(event.connection));
    case "closed":
      return book.addClosed(cluster.identifyConnection(event.connection));
    case "resolved":
      return book.addName(event.resolved);
    case "named":
      return book.addClaimedName(event.named);
    case "status":
      return book.addStatus(event.status);
  }
}
