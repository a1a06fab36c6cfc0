// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import java.util.Arrays;

/**
 * The time one byte takes on the link, from how long the latest frames took from their first to
 * their last byte.
 *
 * <p>A lost segment holds back what follows it (TCP delivers in order): one frame takes a round
 * trip too long and the next ones no time at all. Such a group is one sample, or the rate would
 * swing by a factor. Two whole frames that were slow in the same way are believed at once: the rate
 * has dropped.
 *
 * <p>The twin of {@code org.jetsonrelay.server.pacing.LinkRate}: change both, and the scripts that
 * hold them together.
 */
final class LinkRate {

  private static final double DROP = 1.5;
  private static final double ALIKE = 1.2;

  private final double quantile;
  private final double[] nanos;
  private final double[] bytes;
  private final boolean[] group;
  private final double[] sorted;
  private int count;
  private double nanosPerByte;
  private double suspected;

  LinkRate(int frames, double quantile) {
    this.quantile = quantile;
    nanos = new double[frames];
    bytes = new double[frames];
    group = new boolean[frames];
    sorted = new double[frames];
  }

  boolean known() {
    return count > 0;
  }

  /** Nanoseconds a byte takes; 0 while unknown. */
  double nanosPerByte() {
    return nanosPerByte;
  }

  /**
   * The same, but slower while the last frame was slow and nobody knows yet why. To send by: a
   * frame too many on a link that has become slow is one that all behind it wait for, a frame held
   * back for a round trip by a false alarm costs next to nothing.
   */
  double cautiousNanosPerByte() {
    return Math.max(nanosPerByte, suspected);
  }

  /**
   * Enters a frame that came in its own time.
   *
   * @param noiseNanos what the two frames may be too slow together without it meaning anything
   * @param clean late frames mean a slower link more often than loss
   */
  void sample(double spanNanos, int spanBytes, double noiseNanos, boolean clean) {
    int next = count % nanos.length;
    nanos[next] = spanNanos;
    bytes[next] = spanBytes;
    group[next] = false;
    // Counts on without overflow, in step with the ring's modulus.
    count = count >= 2 * nanos.length - 1 ? nanos.length : count + 1;
    suspected = 0;
    if (!dropped(noiseNanos)) {
      settle();
      double excess = spanNanos - nanosPerByte * spanBytes;
      if (clean && excess > noiseNanos / 2 && spanNanos > DROP * nanosPerByte * spanBytes) {
        suspected = spanNanos / spanBytes;
      }
    }
  }

  /**
   * Enters a frame that had been held back by the one before it: evidence only together with that
   * one, and none when that one never became a sample.
   */
  void released(double spanNanos, int spanBytes) {
    suspected = 0;
    if (count == 0) {
      return;
    }
    int last = (count - 1) % nanos.length;
    double excess = nanos[last] - nanosPerByte * bytes[last];
    if (excess > (nanosPerByte * spanBytes - spanNanos) / 2) {
      nanos[last] += spanNanos;
      bytes[last] += spanBytes;
      group[last] = true;
      settle();
    }
  }

  private boolean dropped(double noiseNanos) {
    if (count < 3) {
      return false;
    }
    int last = (count - 1) % nanos.length;
    int other = (count - 2) % nanos.length;
    double a = nanos[last] / bytes[last];
    double b = nanos[other] / bytes[other];
    double low = Math.min(a, b);
    double excess = nanos[last] + nanos[other] - nanosPerByte * (bytes[last] + bytes[other]);
    if (excess <= noiseNanos
        || low <= DROP * nanosPerByte
        || Math.max(a, b) >= ALIKE * low
        || group[last]
        || group[other]) {
      return false;
    }
    double lastNanos = nanos[last];
    double lastBytes = bytes[last];
    nanos[0] = nanos[other]; // `last` may be 0: it was saved above
    bytes[0] = bytes[other];
    group[0] = false;
    nanos[1] = lastNanos;
    bytes[1] = lastBytes;
    group[1] = false;
    count = 2;
    nanosPerByte = low;
    return true;
  }

  private void settle() {
    int n = Math.min(count, nanos.length);
    for (int i = 0; i < n; i++) {
      sorted[i] = nanos[i] / bytes[i];
    }
    Arrays.sort(sorted, 0, n);
    nanosPerByte = sorted[(int) (n * quantile)];
  }
}
