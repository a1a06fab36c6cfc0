// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.jetsonrelay.agent.capture.SourceException;

/**
 * What it costs to bring one frame of 200 KB, which lies ready in the pipeline, to Java; and what a
 * call into the library costs alone. Only calls that found a frame are counted, each by itself, after a pause in
 * which the pipeline refilled: waiting for a frame is no cost. Run by hand.
 */
final class JniCost {

  private static final int FRAME_BYTES = 204_800;
  private static final int ROUNDS = 20_000;

  private JniCost() {}

  public static void main(String[] arguments) throws SourceException {
    try (GstCapture capture =
        GstLibrary.load()
            .open(
                "fakesrc sizetype=fixed filltype=zero sizemax="
                    + FRAME_BYTES
                    + " ! appsink name=sink sync=false max-buffers=4")) {
      ByteBuffer target = ByteBuffer.allocateDirect(FRAME_BYTES);
      measure(capture, target);
      report("a frame of 200 KB", measure(capture, target));
      report("a call alone", calls(capture));
    }
  }

  private static long[] measure(GstCapture capture, ByteBuffer target) throws SourceException {
    long[] nanos = new long[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      LockSupport.parkNanos(Duration.ofNanos(150_000).toNanos());
      long start = System.nanoTime();
      int length = capture.pull(target, 0);
      long end = System.nanoTime();
      if (length == FRAME_BYTES) {
        nanos[round] = end - start;
      } else {
        round--;
      }
    }
    return nanos;
  }

  private static long[] calls(GstCapture capture) {
    long[] nanos = new long[50];
    long sum = 0;
    for (int round = -50; round < nanos.length; round++) {
      long start = System.nanoTime();
      for (int call = 0; call < 100_000; call++) {
        sum += capture.capturedAtMillis();
      }
      nanos[Math.max(round, 0)] = (System.nanoTime() - start) / 100_000;
    }
    if (sum == 0) {
      throw new IllegalStateException("no time stamp");
    }
    return nanos;
  }

  private static void report(String what, long[] nanos) {
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%-18s p50 %6d ns   mean %8.0f ns   p90 %6d ns   p99 %6d ns%n",
        what,
        nanos[nanos.length / 2],
        Arrays.stream(nanos).average().orElse(0),
        nanos[nanos.length * 9 / 10],
        nanos[nanos.length * 99 / 100]);
  }
}
