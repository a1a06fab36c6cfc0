// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

/// Thins one camera's frames to what a viewer asked for with `maxFps`, and still shows the newest.
///
/// A turn comes every `1 / maxFps` seconds. Around a turn there is a tolerance: a frame that has
/// just arrived is taken a little early, and one that has waited since before the turn is held a
/// little longer, because a fresher one is probably about to arrive. So a camera of 30 fps thinned
/// to 15 gives every second frame, fresh, instead of the older one of each pair.
///
/// Pure, for one thread at a time (the holder of the connection's claim).
final class RateLimit {

  /// Share of the interval by which a fresh frame may be early and an old one must be late.
  private static final double TOLERANCE = 0.15;

  private final long intervalNanos;
  private final long toleranceNanos;
  private long turnNanos;
  private boolean started;

  /// @param maxFps frames a second, above 0 and finite
  RateLimit(double maxFps) {
    if (!(maxFps > 0) || Double.isInfinite(maxFps)) {
      throw new IllegalArgumentException("maxFps " + maxFps + " is not above 0 and finite");
    }
    intervalNanos = (long) Math.min(1e9 / maxFps, 3.6e12);
    toleranceNanos = (long) (intervalNanos * TOLERANCE);
  }

  /// How long the frame that waits now still has to wait.
  ///
  /// @param arrivedNanos when that frame was received
  /// @return nanoseconds, 0 when it may go
  long waitNanos(long arrivedNanos, long nowNanos) {
    if (!started) {
      return 0;
    }
    long early = turnNanos - toleranceNanos - nowNanos;
    if (early > 0) {
      return early;
    }
    boolean fresh = nowNanos - arrivedNanos <= toleranceNanos;
    return fresh ? 0 : Math.max(0, turnNanos + toleranceNanos - nowNanos);
  }

  /// A frame went out: sets the next turn, without letting turns that were not used pile up.
  void sent(long nowNanos) {
    long base = started ? Math.max(turnNanos, nowNanos - toleranceNanos) : nowNanos;
    turnNanos = base + intervalNanos;
    started = true;
  }
}
