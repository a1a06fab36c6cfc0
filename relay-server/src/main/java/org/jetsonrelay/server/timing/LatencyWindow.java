// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

import org.HdrHistogram.IntCountsHistogram;
import org.jspecify.annotations.Nullable;

/// Durations of the last ten to twenty seconds as two histograms: one is being filled, the other is
/// the ten seconds before. Counts in tenths of a millisecond with two digits, so that a thousand of
/// them fit into a few megabytes.
///
/// Recording is O(1) and allocates nothing, except when a longer duration than ever comes. Any
/// thread may record or read; there is a monitor, which recorders hold for some ten nanoseconds.
public final class LatencyWindow {

  /// Nothing takes longer; what does was measured by a clock that has jumped.
  public static final long MAX_NANOS = 60_000_000_000L;

  static final long HALF_NANOS = 10_000_000_000L;
  private static final long UNIT_NANOS = 100_000L;
  private static final int DIGITS = 2;

  /// HdrHistogram keeps values apart that differ by more than this part of them.
  private static final double RELATIVE_ERROR = 1 / 128.0;

  /// For the sum of two halves, guarded by its own monitor. One for all windows: the thousands of
  /// them that one `/stats` reads would be megabytes.
  private static final IntCountsHistogram SUM = new IntCountsHistogram(DIGITS);

  // Guarded by this object's monitor.
  private IntCountsHistogram current = new IntCountsHistogram(DIGITS);
  private @Nullable IntCountsHistogram previous;
  private long beganNanos;
  private boolean begun;
  private long currentErrorNanos;
  private long previousErrorNanos;

  /// Counts one duration; one that is less than nothing by no more than its error was nothing.
  ///
  /// @param errorNanos by how much it may be wrong
  /// @return whether it was counted: not when it cannot be true
  public synchronized boolean record(long nowNanos, long durationNanos, long errorNanos) {
    if (durationNanos < -errorNanos || durationNanos > MAX_NANOS) {
      return false;
    }
    turn(nowNanos);
    current.recordValue((Math.max(0, durationNanos) + UNIT_NANOS / 2) / UNIT_NANOS);
    currentErrorNanos = Math.max(currentErrorNanos, errorNanos);
    return true;
  }

  /// What was counted lately; null when nothing was.
  public synchronized @Nullable Latency read(long nowNanos) {
    turn(nowNanos);
    IntCountsHistogram before = previous;
    if (before != null && before.getTotalCount() > 0) {
      synchronized (SUM) {
        SUM.reset();
        SUM.add(before);
        SUM.add(current);
        return latency(SUM);
      }
    }
    return current.getTotalCount() == 0 ? null : latency(current);
  }

  private Latency latency(IntCountsHistogram all) {
    double p99 = millis(all, 99);
    long error = Math.max(currentErrorNanos, previousErrorNanos) + UNIT_NANOS;
    return new Latency(
        millis(all, 50),
        millis(all, 95),
        p99,
        error / 1e6 + p99 * RELATIVE_ERROR,
        all.getTotalCount());
  }

  private static double millis(IntCountsHistogram histogram, double percentile) {
    return histogram.getValueAtPercentile(percentile) * (UNIT_NANOS / 1e6);
  }

  private void turn(long nowNanos) {
    if (!begun) {
      begun = true;
      beganNanos = nowNanos;
    }
    long halves = (nowNanos - beganNanos) / HALF_NANOS;
    if (halves <= 0) {
      return;
    }
    IntCountsHistogram next = previous == null ? new IntCountsHistogram(DIGITS) : previous;
    next.reset();
    if (halves == 1) {
      previous = current;
      previousErrorNanos = currentErrorNanos;
    } else {
      current.reset();
      previous = current;
      previousErrorNanos = 0;
    }
    current = next;
    currentErrorNanos = 0;
    beganNanos += halves * HALF_NANOS;
  }
}
