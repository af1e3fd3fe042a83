/** How exactly ends of a time are taken, and how much of what is over is kept. */
export interface HistorySettings {
  /** How long before its start and after its end a holder may have an address that nobody else has then. */
  readonly toleranceUs: number;
  readonly graceUs: number;
  /** How far clocks may be apart without anybody being named who only may have had an address. */
  readonly skewUs: number;
  /** How long the time of a holder that is gone is still known, and how many such times there are at most. */
  readonly maxAgeUs: number;
  readonly maxPast: number;
  readonly maxPastOfAddress: number;
}

export const defaultHistorySettings: HistorySettings = {
  toleranceUs: 2_000_000,
  graceUs: 5_000_000,
  skewUs: 0,
  maxAgeUs: 3_600_000_000,
  maxPast: 50_000,
  maxPastOfAddress: 16,
};
