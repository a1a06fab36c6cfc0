// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import java.util.Arrays;

/// How long the latest frames took from before they were written to their second pong.
final class DeliveryTimes {

  /// How many are kept.
  static final int FRAMES = 16;

  private final long[] nanos = new long[FRAMES];
  private int count;
  private long last;
  private long lastExcess;

  /// @param excessNanos how much of it was more than an idle link takes
  void add(long deliveryNanos, long excessNanos) {
    nanos[count % FRAMES] = deliveryNanos;
    // Counts on without overflow, in step with the ring's modulus.
    count = count + 1 == 2 * FRAMES ? FRAMES : count + 1;
    last = deliveryNanos;
    lastExcess = excessNanos;
  }

  /// Whether there have been so many already; [#FRAMES] at most can be asked for.
  boolean atLeast(int frames) {
    return count >= frames;
  }

  /// The latest, 0 before the first.
  long last() {
    return last;
  }

  /// The latest one's excess, 0 before the first.
  long lastExcess() {
    return lastExcess;
  }

  /// The middle one of the latest, -1 before the first.
  long median() {
    int n = Math.min(count, FRAMES);
    if (n == 0) {
      return -1;
    }
    long[] sorted = Arrays.copyOf(nanos, n);
    Arrays.sort(sorted);
    return sorted[n / 2];
  }
}
