// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import java.util.Arrays;

/**
 * How late a pong may be before it means that the link has become slower.
 *
 * <p>Two things make pongs late on a link that is as fast as ever. Jitter: its size is the median
 * of the latest prediction errors (a mean would open the tolerance by one outlier, just when the
 * rate drops, and on a lossy link an upper quartile is made of loss). And a lost segment, which TCP
 * hands over only after it was sent again: it shows by the frames behind it arriving in the same
 * instant, and then, for a while, about that much lateness is no news.
 *
 * <p>The twin of {@code org.jetsonrelay.server.pacing.Lateness}: change both, and the scripts that
 * hold them together.
 */
final class Lateness {

  private static final int FEW = 3;

  private final long memoryNanos;
  private final long[] errors;
  private final long[] held;
  private final long[] heldAt;
  private final long[] sorted;
  private int errorCount;
  private int heldCount;
  private long pending;
  private boolean hasPending;
  private double debt;
  private long jitter;

  Lateness(int errorFrames, int heldFrames, long memoryNanos) {
    this.memoryNanos = memoryNanos;
    errors = new long[errorFrames];
    held = new long[heldFrames];
    heldAt = new long[heldFrames];
    sorted = new long[Math.max(errorFrames, heldFrames)];
  }

  /**
   * A frame has arrived.
   *
   * @param errorNanos how much later than predicted from the frame before it
   * @param usualNanos how long such a frame takes on the link
   * @return whether it is early only because the frames before it had been held back
   */
  boolean arrived(long nowNanos, long errorNanos, double usualNanos) {
    if (-errorNanos > usualNanos / 2 && debt > -errorNanos / 2.0) {
      if (hasPending) {
        held[heldCount % held.length] = pending;
        heldAt[heldCount % held.length] = nowNanos;
        heldCount = next(heldCount, held.length);
        hasPending = false;
      }
      debt += errorNanos;
      return true;
    }
    if (hasPending) {
      errors[errorCount % errors.length] = Math.abs(pending);
      errorCount = next(errorCount, errors.length);
      int n = Math.min(errorCount, errors.length);
      System.arraycopy(errors, 0, sorted, 0, n);
      Arrays.sort(sorted, 0, n);
      jitter = sorted[n / 2];
    }
    // Whether loss was the reason shows with the next frame.
    pending = errorNanos;
    hasPending = true;
    debt = Math.max(0, errorNanos);
    return false;
  }

  /** Usual size of the prediction error, head-of-line stops left out. */
  long jitterNanos() {
    return jitter;
  }

  /**
   * How long a head-of-line stop usually lasts; 0 on a link that had but a few lately: BBR stops
   * for a moment every ten seconds.
   */
  long heldNanos(long nowNanos) {
    int n = Math.min(heldCount, held.length);
    int recent = 0;
    for (int i = 0; i < n; i++) {
      if (nowNanos - heldAt[i] <= memoryNanos) {
        sorted[recent++] = held[i];
      }
    }
    if (recent < FEW) {
      return 0;
    }
    Arrays.sort(sorted, 0, recent);
    return sorted[recent / 2];
  }

  /** Whether there was a head-of-line stop in the given time before now. */
  boolean heldWithin(long nowNanos, long spanNanos) {
    return heldCount > 0 && nowNanos - heldAt[(heldCount - 1) % held.length] <= spanNanos;
  }

  /** Counts on without overflow, in step with the ring's modulus. */
  private static int next(int count, int length) {
    return count >= 2 * length - 1 ? length : count + 1;
  }
}
