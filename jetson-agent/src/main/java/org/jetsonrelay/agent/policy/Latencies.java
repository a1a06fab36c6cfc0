// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import java.util.Arrays;

/**
 * A histogram of durations in milliseconds, exact up to 15 ms and within 1/8 above, from 0 to an
 * hour, in fixed memory. Used by one thread.
 */
public final class Latencies {

  /** One hour; longer is counted as this. */
  private static final long MOST_MILLIS = 3_600_000;

  private final long[] counts = new long[index(MOST_MILLIS) + 1];
  private long total;

  /** Counts one duration; a negative one (a clock that was set back) counts as zero. */
  public void record(long millis) {
    counts[index(Math.min(Math.max(millis, 0), MOST_MILLIS))]++;
    total++;
  }

  /** How many there are. */
  public long count() {
    return total;
  }

  /**
   * The duration that {@code fraction} of all did not exceed (never less than the truth); 0 when
   * there are none.
   */
  public long quantile(double fraction) {
    long rank = Math.max(1, (long) Math.ceil(fraction * total));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return highest(i);
      }
    }
    return 0;
  }

  /** Forgets all. */
  public void clear() {
    Arrays.fill(counts, 0);
    total = 0;
  }

  /** Eight steps per power of two; below 16 each value has its own. */
  private static int index(long millis) {
    if (millis < 16) {
      return (int) millis;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(millis);
    return 16 + (exponent - 4) * 8 + (int) (millis >>> (exponent - 3)) - 8;
  }

  private static long highest(int index) {
    if (index < 16) {
      return index;
    }
    int exponent = 4 + (index - 16) / 8;
    long step = 8L + (index - 16) % 8;
    return ((step + 1) << (exponent - 3)) - 1;
  }
}
