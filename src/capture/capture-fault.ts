/** Capture can't be had: no right to it, no such interface, a link type that weir does not read. */
export class CaptureFault extends Error {
  override readonly name = "CaptureFault";
}
