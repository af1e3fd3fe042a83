import type { ConnectionTable } from "./connection-table.ts";
import { idleUs, isBrief } from "./idle-time.ts";
import type { TrackedConnection } from "./tracked.ts";

/** What it means for a connection that nothing has come until its deadline. */
export function onSilence(table: ConnectionTable, connection: TrackedConnection, nowUs: number): void {
  switch (connection.phase) {
    case "agreed":
      // As of when it was due: after a gap in the traffic much else has come due as well.
      return judgeAgreed(table, connection, Math.min(connection.deadlineUs, nowUs));
    case "open":
      return review(table, connection, nowUs);
    case "joined late":
      return connection.isAlive ? review(table, connection, nowUs) : retireIfIdle(table, connection, nowUs);
    case "attempted":
      return retireIfIdle(table, connection, nowUs);
    case "ending":
      // Whoever sends a datagram after the end begins anew; of the others that shake hands first, only stragglers come.
      return connection.protocol === "UDP" ? table.retire(connection) : table.close(connection, nowUs);
    case "gone":
  }
}

/** A server that repeats nothing has its answer, unless it may be one that can't or won't repeat itself. */
function judgeAgreed(table: ConnectionTable, connection: TrackedConnection, nowUs: number): void {
  if (connection.crowd === "doubted") return table.retire(connection);
  connection.isDoubted ||= table.isSilenceEmpty(connection, nowUs);
  if (connection.isDoubted) return waitForProof(table, connection, nowUs);
  table.prove(connection, nowUs);
  table.announce(connection);
  connection.deadlineUs = Number.POSITIVE_INFINITY;
}

/** First as long as the server may still repeat itself, then aside, where it counts as no pressure any more. */
function waitForProof(table: ConnectionTable, connection: TrackedConnection, nowUs: number): void {
  const { agreedUs, doubtedUs } = table.settings;
  if (nowUs - connection.agreedUs < agreedUs) {
    connection.deadlineUs = connection.agreedUs + agreedUs;
    return;
  }
  table.setAside(connection);
  connection.deadlineUs = nowUs + doubtedUs;
}

function review(table: ConnectionTable, connection: TrackedConnection, nowUs: number): void {
  const overUs = Math.max(connection.endUs, connection.mutedUntilUs) + idleUs(connection, table.settings);
  if (overUs <= nowUs) return table.retire(connection);
  if (!isBrief(connection)) table.announce(connection);
  connection.deadlineUs = overUs;
}

function retireIfIdle(table: ConnectionTable, connection: TrackedConnection, nowUs: number): void {
  const overUs = connection.endUs + idleUs(connection, table.settings);
  if (overUs <= nowUs) table.retire(connection);
  else connection.deadlineUs = overUs;
}
