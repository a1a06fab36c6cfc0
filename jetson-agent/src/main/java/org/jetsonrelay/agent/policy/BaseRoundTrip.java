// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

/**
 * The shortest round trip of this and the previous window: what the path takes with no queue.
 *
 * <p>A standing queue of our own making would pass for the path once both windows have only seen
 * it, so this also knows whether the minimum is fresh: seen again lately, by a frame that met an
 * empty path or did as well as the best.
 *
 * <p>The twin of {@code org.jetsonrelay.server.pacing.BaseRoundTrip}: change both, and the scripts
 * that hold them together.
 */
final class BaseRoundTrip {

  private static final long UNKNOWN = Long.MAX_VALUE;
  private static final long NEAR_NANOS = 1_000_000L;

  private final long windowNanos;
  private long now = UNKNOWN;
  private long before = UNKNOWN;
  private long sinceNanos;
  private long freshNanos;

  BaseRoundTrip(long windowNanos) {
    this.windowNanos = windowNanos;
  }

  boolean known() {
    return now != UNKNOWN || before != UNKNOWN;
  }

  /** The base round trip; 0 while unknown. */
  long nanos() {
    return known() ? Math.min(now, before) : 0;
  }

  /**
   * @param alone nothing else was on its way when the frame was sent
   */
  void sample(long nowNanos, long roundTripNanos, boolean alone) {
    if (!known() || nowNanos - sinceNanos > windowNanos) {
      before = now;
      now = UNKNOWN;
      sinceNanos = nowNanos;
    }
    now = Math.min(now, roundTripNanos);
    if (alone || roundTripNanos <= nanos() + nanos() / 20 + NEAR_NANOS) {
      freshNanos = nowNanos;
    }
  }

  boolean stale(long nowNanos) {
    return known() && nowNanos - freshNanos > windowNanos;
  }
}
