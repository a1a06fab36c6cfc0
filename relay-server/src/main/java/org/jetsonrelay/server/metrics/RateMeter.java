// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.metrics;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/// Events and bytes a second over the last five seconds, time passed in.
///
/// The window is a ring of slices of time. What is added is kept in this object itself until its
/// slice is over, so that adding touches one place in memory; it allocates nothing. One thread at a
/// time adds (with a happens-before edge from one adding thread to the next), any thread reads. A
/// reader that meets the writer in the moment it reuses the oldest slice leaves that slice out.
public final class RateMeter {

  private static final long SLICE_NANOS = 250_000_000L;
  private static final int SLICES = 20;
  private static final long LEAST_SPAN_NANOS = 1_000_000_000L;
  private static final long NEVER = Long.MIN_VALUE;

  private static final AtomicLongFieldUpdater<RateMeter> EVENTS_NOW =
      AtomicLongFieldUpdater.newUpdater(RateMeter.class, "eventsNow");
  private static final AtomicLongFieldUpdater<RateMeter> BYTES_NOW =
      AtomicLongFieldUpdater.newUpdater(RateMeter.class, "bytesNow");

  // A slice that is over.
  private static final int EPOCH = 0;
  private static final int EVENTS = 1;
  private static final int BYTES = 2;
  private static final int SLICE = 4;

  // Written by the adding thread, read by any: the slice that is being added to.
  private volatile long epochNow = NEVER;
  private volatile long eventsNow;
  private volatile long bytesNow;

  private static final AtomicLongArray NO_SLICES = new AtomicLongArray(0);

  /// Written by the adding thread, read by any. Made with the first event, before [#begun] is set
  /// and anybody looks.
  private AtomicLongArray slices = NO_SLICES;

  /// Time of the first event; all slices are counted from it, so that the clock may wrap around.
  private volatile long originNanos;

  private volatile boolean begun;

  /// A meter that has not seen anything yet.
  public RateMeter() {}

  /// Counts one event of `size` bytes.
  public void add(long nowNanos, long size) {
    if (!begun) {
      begin(nowNanos);
    }
    long epoch = Math.max(0, nowNanos - originNanos) / SLICE_NANOS;
    if (epoch != epochNow) {
      turnTo(epoch);
    }
    // In this order and without a fence: no reader needs to see them at once.
    EVENTS_NOW.lazySet(this, eventsNow + 1);
    BYTES_NOW.lazySet(this, bytesNow + size);
  }

  private void begin(long nowNanos) {
    AtomicLongArray none = new AtomicLongArray(SLICES * SLICE);
    for (int i = 0; i < SLICES; i++) {
      none.setPlain(i * SLICE + EPOCH, NEVER);
    }
    slices = none;
    originNanos = nowNanos;
    begun = true;
  }

  private void turnTo(long epoch) {
    long over = epochNow;
    if (over != NEVER) {
      int slice = (int) (over % SLICES) * SLICE;
      // Invalid while its sums are being changed, so that no reader gets some of each.
      slices.set(slice + EPOCH, NEVER);
      slices.set(slice + EVENTS, eventsNow);
      slices.set(slice + BYTES, bytesNow);
      slices.set(slice + EPOCH, over);
    }
    epochNow = NEVER;
    eventsNow = 0;
    bytesNow = 0;
    epochNow = epoch;
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
    long now = epochNow;
    long sum = of == EVENTS ? eventsNow : bytesNow;
    if (now != epochNow || now < oldest || now > newest) {
      now = NEVER; // over meanwhile and found among the others, or not of this window
      sum = 0;
    }
    for (int i = 0; i < SLICES * SLICE; i += SLICE) {
      long epoch = slices.get(i + EPOCH);
      if (epoch >= oldest && epoch <= newest && epoch != now) {
        long value = slices.get(i + of);
        sum += slices.get(i + EPOCH) == epoch ? value : 0;
      }
    }
    return sum * 1e9 / Math.max(elapsedNanos - oldest * SLICE_NANOS, LEAST_SPAN_NANOS);
  }
}
