// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/// Events and bytes a second over the last five seconds, time passed in.
///
/// The window is a ring of slices; adding touches one slice and allocates nothing. One thread at a
/// time adds (with a happens-before edge from one adding thread to the next), any thread reads. A
/// reader that meets the writer in the moment it reuses the oldest slice leaves that slice out.
public final class RateMeter {

  private static final long SLICE_NANOS = 250_000_000L;
  private static final int SLICES = 20;
  private static final long LEAST_SPAN_NANOS = 1_000_000_000L;
  private static final long NEVER = Long.MIN_VALUE;

  // All written by the adding thread, read by any.
  private final AtomicLongArray epochs = new AtomicLongArray(SLICES);
  private final AtomicLongArray events = new AtomicLongArray(SLICES);
  private final AtomicLongArray bytes = new AtomicLongArray(SLICES);
  private volatile long firstEpoch = NEVER;
  private volatile long firstNanos;

  /// A meter that has not seen anything yet.
  public RateMeter() {
    for (int i = 0; i < SLICES; i++) {
      epochs.setPlain(i, NEVER);
    }
  }

  /// Counts one event of `size` bytes.
  public void add(long nowNanos, long size) {
    long epoch = Math.floorDiv(nowNanos, SLICE_NANOS);
    int slot = Math.floorMod(epoch, SLICES);
    if (firstEpoch == NEVER) {
      firstNanos = nowNanos;
      firstEpoch = epoch;
    }
    if (epochs.getPlain(slot) != epoch) {
      // Invalid while the two sums are being reset, so that no reader adds an old sum to a new one.
      epochs.set(slot, NEVER);
      events.set(slot, 0);
      bytes.set(slot, 0);
      epochs.set(slot, epoch);
    }
    events.setRelease(slot, events.getPlain(slot) + 1);
    bytes.setRelease(slot, bytes.getPlain(slot) + size);
  }

  /// Events a second. In a meter's first second the count so far stands for a whole second.
  public double eventsPerSecond(long nowNanos) {
    return perSecond(events, nowNanos);
  }

  /// Bytes a second.
  public double bytesPerSecond(long nowNanos) {
    return perSecond(bytes, nowNanos);
  }

  private double perSecond(AtomicLongArray sums, long nowNanos) {
    long first = firstEpoch;
    if (first == NEVER) {
      return 0;
    }
    long newest = Math.floorDiv(nowNanos, SLICE_NANOS);
    long oldest = newest - SLICES + 1;
    long sum = 0;
    for (int i = 0; i < SLICES; i++) {
      long epoch = epochs.get(i);
      if (epoch >= oldest && epoch <= newest) {
        long value = sums.get(i);
        sum += epochs.get(i) == epoch ? value : 0;
      }
    }
    long since = first >= oldest ? firstNanos : oldest * SLICE_NANOS;
    return sum * 1e9 / Math.max(nowNanos - since, LEAST_SPAN_NANOS);
  }
}
