/** Capture can't be had: no right to it, no such interface, a link type that weir does not read. */
export class CaptureFault extends Error {
  override readonly name: string = "CaptureFault";
}

/** Nor will it be had by waiting: no right to capture at all, or no libpcap. */
export class CaptureDenied extends CaptureFault {
  override readonly name = "CaptureDenied";
}
