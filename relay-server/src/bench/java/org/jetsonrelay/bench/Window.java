// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// The frames that were due within one span of time, as the viewers got them. Written by the
/// viewers' thread; read by others once that thread has let go of it.
final class Window {
  /// Later than this counts as this late.
  static final long LATEST_NANOS = TimeUnit.MINUTES.toNanos(2);

  private final long start;
  private final long end;
  private final Histogram latency = new Histogram(LATEST_NANOS, 3);
  private long bytes;

  Window(long start, long end) {
    this.start = start;
    this.end = end;
  }

  void arrived(long dueNanos, long nowNanos, long length) {
    if (dueNanos - start >= 0 && dueNanos - end < 0) {
      latency.recordValue(Math.clamp(nowNanos - dueNanos, 0, LATEST_NANOS));
      bytes += length;
    }
  }

  long delivered() {
    return latency.getTotalCount();
  }

  long bytes() {
    return bytes;
  }

  double millis(double percentile) {
    return delivered() == 0 ? Double.NaN : latency.getValueAtPercentile(percentile) / 1e6;
  }
}
