import { type Conversation, conversationFilter } from "./conversation-filter.ts";

/** The main session's filter without these UDP conversations. */
export function mutedFilter(mainFilter: string, muted: readonly Conversation[]): string {
  const heavy = conversationFilter(muted);
  return heavy === undefined ? mainFilter : `(${mainFilter}) and not (${heavy})`;
}
