// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.jetsonrelay.agent.capture.SourceException;

/**
 * What it costs to bring a frame of 200 KB, which lies ready in the pipeline, to Java; beside it,
 * in the same run, a plain copy of as much within Java and a call into the library that copies
 * nothing. Only calls that found a frame are counted, each by itself, in bursts after a pause in
 * which the pipeline was filled: waiting for a frame is no cost. Run by hand, on a machine that
 * does nothing else.
 */
final class JniCost {

  private static final int FRAME_BYTES = 204_800;
  private static final int ROUNDS = 4_000;

  /** Where frames come from, and how many are taken after a pause of how long. */
  private record Way(String pipeline, int burst, long pauseNanos) {}

  // Eight frames wait; the pull of one also wakes the source that was blocked on the full sink.
  private static final Way WARM =
      new Way(
          "fakesrc sizetype=fixed filltype=zero sizemax=204800"
              + " ! appsink name=sink sync=false max-buffers=8",
          8,
          200_000);

  // A source in real time that reuses its memory: 512 x 400 bytes each millisecond. In the pauses
  // other processes have the caches.
  private static final Way COLD =
      new Way(
          "videotestsrc is-live=true pattern=black"
              + " ! video/x-raw,format=GRAY8,width=512,height=400,framerate=1000/1"
              + " ! appsink name=sink sync=false max-buffers=2 drop=true",
          2,
          2_000_000);

  private JniCost() {}

  public static void main(String[] arguments) throws SourceException {
    ByteBuffer target = ByteBuffer.allocateDirect(FRAME_BYTES);
    ByteBuffer other = ByteBuffer.allocateDirect(FRAME_BYTES);
    frames(WARM, target);
    copies(WARM, target, other);
    report("a frame, caches warm", frames(WARM, target));
    report("a copy in Java, warm", copies(WARM, target, other));
    report("a frame, caches cold", frames(COLD, target));
    report("a copy in Java, cold", copies(COLD, target, other));
    try (GstCapture capture = GstLibrary.load().open(WARM.pipeline())) {
      capture.next(target, Duration.ofSeconds(10));
      report("a call alone", calls(capture));
    }
  }

  private static long[] frames(Way way, ByteBuffer target) throws SourceException {
    long[] nanos = new long[ROUNDS];
    try (GstCapture capture = GstLibrary.load().open(way.pipeline())) {
      for (int round = 0; round < ROUNDS; ) {
        LockSupport.parkNanos(way.pauseNanos());
        for (int burst = 0; burst < way.burst() && round < ROUNDS; burst++) {
          long start = System.nanoTime();
          int length = capture.pull(target, 0);
          long end = System.nanoTime();
          if (length == FRAME_BYTES) {
            nanos[round++] = end - start;
          }
        }
      }
    }
    return nanos;
  }

  // In the same bursts, so that the caches are as cold.
  private static long[] copies(Way way, ByteBuffer from, ByteBuffer to) {
    long[] nanos = new long[ROUNDS];
    for (int round = 0; round < ROUNDS; ) {
      LockSupport.parkNanos(way.pauseNanos());
      for (int burst = 0; burst < way.burst() && round < ROUNDS; burst++) {
        long start = System.nanoTime();
        to.put(0, from, 0, FRAME_BYTES);
        nanos[round++] = System.nanoTime() - start;
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
        "%-21s p10 %6d ns   p50 %6d ns   mean %8.0f ns   p90 %6d ns   p99 %6d ns%n",
        what,
        nanos[nanos.length / 10],
        nanos[nanos.length / 2],
        Arrays.stream(nanos).average().orElse(0),
        nanos[nanos.length * 9 / 10],
        nanos[nanos.length * 99 / 100]);
  }
}
