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

  /// Time of the first event; all slices are counted from it, so that the clock may wrap around.
  private volatile long originNanos;

  private volatile boolean begun;

  /// A meter that has not seen anything yet.
  public RateMeter() {
    for (int i = 0; i < SLICES; i++) {
      epochs.setPlain(i, NEVER);
    }
  }

  /// Counts one event of `size` bytes.
  public void add(long nowNanos, long size) {
    if (!begun) {
      originNanos = nowNanos;
      begun = true;
    }
    long epoch = Math.max(0, nowNanos - originNanos) / SLICE_NANOS;
    int slot = (int) (epoch % SLICES);
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
    if (!begun) {
      return 0;
    }
    long elapsedNanos = Math.max(0, nowNanos - originNanos);
    long newest = elapsedNanos / SLICE_NANOS;
    long oldest = Math.max(0, newest - SLICES + 1);
    long sum = 0;
    for (int i = 0; i < SLICES; i++) {
      long epoch = epochs.get(i);
      if (epoch >= oldest && epoch <= newest) {
        long value = sums.get(i);
        sum += epochs.get(i) == epoch ? value : 0;
      }
    }
    return sum * 1e9 / Math.max(elapsedNanos - oldest * SLICE_NANOS, LEAST_SPAN_NANOS);
  }
}
