// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.util.concurrent.atomic.AtomicLongArray;

/// How old pictures were when they had arrived: a count for each millisecond up to ten seconds. Any
/// thread adds, any asks.
final class Ages {

  private static final int MOST_MILLIS = 10_000;

  private final AtomicLongArray counts = new AtomicLongArray(MOST_MILLIS + 1);

  void add(long millis) {
    counts.incrementAndGet(Math.clamp(millis, 0, MOST_MILLIS));
  }

  long count() {
    long sum = 0;
    for (int i = 0; i <= MOST_MILLIS; i++) {
      sum += counts.get(i);
    }
    return sum;
  }

  /// The age that so many percent do not exceed, in milliseconds; -1 without any.
  long percentile(double percent) {
    long all = count();
    long below = (long) Math.ceil(all * percent / 100);
    long sum = 0;
    for (int i = 0; i <= MOST_MILLIS; i++) {
      sum += counts.get(i);
      if (all > 0 && sum >= below) {
        return i;
      }
    }
    return -1;
  }

  void clear() {
    for (int i = 0; i <= MOST_MILLIS; i++) {
      counts.set(i, 0);
    }
  }
}
