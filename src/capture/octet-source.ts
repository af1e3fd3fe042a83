/** Where a savefile's octets come from: a descriptor as it is, or what a compressed one holds. */
export interface OctetSource {
  /** Puts octets into `bytes` from `at` on and says how many; 0 is the end. Throws an Error that says what is wrong. */
  read(bytes: Uint8Array, at: number): Promise<number>;
  close(): void;
}
