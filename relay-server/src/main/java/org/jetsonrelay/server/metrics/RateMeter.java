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

  // A slice: one array, so that adding touches one place in memory.
  private static final int EPOCH = 0;
  private static final int EVENTS = 1;
  private static final int BYTES = 2;
  private static final int SLICE = 4;

  /// Written by the adding thread, read by any.
  private final AtomicLongArray slices = new AtomicLongArray(SLICES * SLICE);

  /// Time of the first event; all slices are counted from it, so that the clock may wrap around.
  private volatile long originNanos;

  private volatile boolean begun;

  /// A meter that has not seen anything yet.
  public RateMeter() {
    for (int i = 0; i < SLICES; i++) {
      slices.setPlain(i * SLICE + EPOCH, NEVER);
    }
  }

  /// Counts one event of `size` bytes.
  public void add(long nowNanos, long size) {
    if (!begun) {
      originNanos = nowNanos;
      begun = true;
    }
    long epoch = Math.max(0, nowNanos - originNanos) / SLICE_NANOS;
    int slice = (int) (epoch % SLICES) * SLICE;
    if (slices.getPlain(slice + EPOCH) != epoch) {
      // Invalid while the two sums are being reset, so that no reader adds an old sum to a new one.
      slices.set(slice + EPOCH, NEVER);
      slices.set(slice + EVENTS, 0);
      slices.set(slice + BYTES, 0);
      slices.set(slice + EPOCH, epoch);
    }
    slices.setRelease(slice + EVENTS, slices.getPlain(slice + EVENTS) + 1);
    slices.setRelease(slice + BYTES, slices.getPlain(slice + BYTES) + size);
  }

  /// Events a second. In a meter's first second the count so far stands for a whole second.
  public double eventsPerSecond(long nowNanos) {
    return perSecond(EVENTS, nowNanos);
  }

  /// Bytes a second.
  public double bytesPerSecond(long nowNanos) {
    return perSecond(BYTES, nowNanos);
  }

  private double perSecond(int of, long nowNanos) {
    if (!begun) {
      return 0;
    }
    long elapsedNanos = Math.max(0, nowNanos - originNanos);
    long newest = elapsedNanos / SLICE_NANOS;
    long oldest = Math.max(0, newest - SLICES + 1);
    long sum = 0;
    for (int i = 0; i < SLICES * SLICE; i += SLICE) {
      long epoch = slices.get(i + EPOCH);
      if (epoch >= oldest && epoch <= newest) {
        long value = slices.get(i + of);
        sum += slices.get(i + EPOCH) == epoch ? value : 0;
      }
    }
    return sum * 1e9 / Math.max(elapsedNanos - oldest * SLICE_NANOS, LEAST_SPAN_NANOS);
  }
}
