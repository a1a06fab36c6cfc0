// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

/// Thins one camera's frames to a rate: a frame may go when its turn has come, or nearly so if it
/// has only just arrived; one that has waited is held until a little after its turn, since a newer
/// one is probably about to replace it.
///
/// Pure, for the stream's thread.
final class Cadence {

  /// Share of the interval that a turn may come early or late.
  private static final double PLAY = 0.15;

  private final long intervalNanos;
  private final long playNanos;
  private boolean begun;
  private long turnNanos;

  /// @param maxFps frames a second, above 0; infinite for all
  Cadence(double maxFps) {
    intervalNanos = (long) Math.min(1e9 / maxFps, 3.6e12);
    playNanos = (long) (intervalNanos * PLAY);
  }

  /// Whether every frame may go.
  boolean unlimited() {
    return intervalNanos == 0;
  }

  /// How long the waiting frame must still wait, 0 when it may go.
  long waitNanos(long arrivedNanos, long nowNanos) {
    if (!begun || intervalNanos == 0) {
      return 0;
    }
    boolean justArrived = nowNanos - arrivedNanos <= playNanos;
    long dueNanos = justArrived ? turnNanos - playNanos : turnNanos + playNanos;
    // It may become due sooner by being replaced; the mail that comes with it wakes the stream.
    return Math.max(0, dueNanos - nowNanos);
  }

  /// A frame went out. Turns that were missed are not made up for.
  void went(long nowNanos) {
    long from = begun ? Math.max(turnNanos, nowNanos - playNanos) : nowNanos;
    turnNanos = from + intervalNanos;
    begun = true;
  }
}
