import { type Conversation, conversationFilter } from "./conversation-filter.ts";
import { hiddenStreams } from "./hidden-headers.ts";

/**
 * What a sweep listens to: all TCP and SCTP that the main session's filter does not let through, so that no
 * packet comes twice; without the conversations that are heavy and known.
 */
export function sweepFilter(mainFilter: string, leftOut: readonly Conversation[]): string {
  const heavy = conversationFilter(leftOut);
  const without = heavy === undefined ? "" : ` and not (${heavy})`;
  return `(tcp or sctp or ${hiddenStreams}) and not (${mainFilter})${without}`;
}
