/** A time of which not everything was told. */
export interface Gap {
  readonly sinceUs: number;
  readonly untilUs: number;
}

const MAX_GAPS = 16;

/** Such times, of which there are few: when there are too many, the two that lie first become one. */
export class Gaps {
  #gaps: readonly Gap[] = [];

  add(gap: Gap): void {
    const [first, second, ...others] = [...this.#gaps, gap];
    const isRoom = others.length < MAX_GAPS - 1;
    this.#gaps =
      isRoom || first === undefined || second === undefined
        ? [...this.#gaps, gap]
        : [{ sinceUs: first.sinceUs, untilUs: second.untilUs }, ...others];
  }

  /** Whether one of them holds the moment. */
  hold(timeUs: number): boolean {
    for (const { sinceUs, untilUs } of this.#gaps) if (sinceUs <= timeUs && timeUs <= untilUs) return true;
    return false;
  }
}
