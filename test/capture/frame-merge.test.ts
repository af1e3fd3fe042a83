import * as fc from "fast-check";
import t from "tap";
import type { Frame } from "../../src/capture/frame.ts";
import { FrameMerge } from "../../src/capture/frame-merge.ts";
import { FrameQueue } from "../../src/capture/frame-queue.ts";

function frameOf(timeUs: number, octets: readonly number[]): Frame {
  // Somewhere within a larger buffer, as a session's frames are.
  const bytes = Uint8Array.from([255, ...octets, 255]);
  return { linkType: 1, timeUs, bytes, start: 1, end: 1 + octets.length, originalLength: octets.length + 7 };
}

/** A frame as text: what a sink may keep. */
function text({ timeUs, bytes, start, end, originalLength }: Frame): string {
  return `${timeUs} ${bytes.subarray(start, end).join(",")} of ${originalLength}`;
}

await t.test("frames of two sessions come out in the order of their times", async (t) => {
  const told: string[] = [];
  const merge = new FrameMerge({ maxFrames: 10, maxOctets: 100, onFrame: (frame) => told.push(text(frame)) });
  merge.add(0, frameOf(1, [1]));
  merge.add(0, frameOf(5, [5]));
  merge.add(1, frameOf(2, [2]));
  merge.release(1);
  t.strictSame(told, ["1 1 of 8"]);
  merge.add(1, frameOf(4, [4, 4]));
  merge.release(Number.POSITIVE_INFINITY);
  t.strictSame(told, ["1 1 of 8", "2 2 of 8", "4 4,4 of 9", "5 5 of 8"]);
  t.equal(merge.size, 0);
});

await t.test("where there is no room the oldest come out early, and none is lost", async (t) => {
  const times: number[] = [];
  const merge = new FrameMerge({ maxFrames: 2, maxOctets: 8, onFrame: ({ timeUs }) => times.push(timeUs) });
  for (const timeUs of [1, 2, 3, 4]) merge.add(0, frameOf(timeUs, [9, 9, 9]));
  t.strictSame(times, [1, 2]);
  merge.add(
    1,
    frameOf(
      5,
      Array.from({ length: 9 }, () => 0),
    ),
  );
  t.strictSame(times, [1, 2, 3, 4, 5], "one that is larger than all room passes through");
});

await t.test("a queue gives back exactly what was put into it, in order, whatever comes and goes", async (t) => {
  const size = fc.array(fc.nat(255), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(fc.oneof(size, fc.constant("shift" as const)), { maxLength: 200 }), (steps) => {
      const queue = new FrameQueue(7, 50);
      const expected: string[] = [];
      for (const [timeUs, step] of steps.entries()) {
        if (step !== "shift") {
          const frame = frameOf(timeUs, step);
          if (queue.add(frame)) expected.push(text(frame));
        } else if (queue.size > 0) {
          let given = "";
          queue.shift((frame) => (given = text(frame)));
          if (given !== expected.shift()) return false;
        }
      }
      return queue.size === expected.length;
    }),
  );
  t.pass();
});

await t.test("a queue takes what fits into it", async (t) => {
  const queue = new FrameQueue(4, 10);
  t.strictSame(
    [4, 4, 4].map((length) =>
      queue.add(
        frameOf(
          1,
          Array.from({ length }, () => 1),
        ),
      ),
    ),
    [true, true, false],
  );
  queue.shift(() => undefined);
  t.equal(queue.add(frameOf(2, [1, 2, 3])), true, "in the place of the oldest");
});
