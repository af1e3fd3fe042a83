import type { CaptureStatus, FlowEvent } from "../../src/flow/connection.ts";

/** What a capture says of itself each second that has lost nothing. */
export function captureStatus(
  now: Pick<CaptureStatus, "packets" | "timeUs"> & { readonly startedUs: number },
): FlowEvent {
  const losses = { dropped: 0, overflowed: 0, evicted: 0, unreadable: {}, sampledOut: 0, untold: 0 };
  const interfaces = { interfaces: 1, interfacesNotCaptured: 0, reopened: 0, isSilent: false };
  return { kind: "status", status: { ...losses, ...interfaces, ...now } };
}
