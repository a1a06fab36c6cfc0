// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

/**
 * Keeps the uplink free of frames that no viewer wants. It leaves a quarter more than is wanted:
 * the relay thins to each viewer's exact rate, and needs a fresh frame whenever a turn comes. Used
 * by the uplink thread.
 */
public final class RateCap {

  private static final double ROOM = 1.25;

  /**
   * Less than this is not believed: a viewer who wants a frame a minute still joins at any time.
   */
  private static final double LEAST_FPS = 1;

  private long intervalNanos;
  private long turnNanos;
  private boolean started;

  /** So many frames a second are wanted from now on; 0 means all. */
  public void wanted(double fps) {
    intervalNanos = fps > 0 ? (long) (1e9 / (ROOM * Math.max(fps, LEAST_FPS))) : 0;
  }

  /** How long the next frame has to wait; 0 when it may go. */
  public long waitNanos(long nowNanos) {
    return started && intervalNanos > 0 ? Math.max(0, turnNanos - nowNanos) : 0;
  }

  /** A frame went. Turns that were not used do not pile up. */
  public void sent(long nowNanos) {
    long base = started ? Math.max(turnNanos, nowNanos - intervalNanos / 4) : nowNanos;
    turnNanos = intervalNanos == 0 ? nowNanos : base + intervalNanos;
    started = true;
  }
}
