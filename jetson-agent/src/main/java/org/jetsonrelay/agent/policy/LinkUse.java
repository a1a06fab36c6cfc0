// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

/**
 * Which part of the link's time the frames would take that a peer is offered: whether the camera
 * fills it. What is offered counts, not what goes: a link on which frames wait for a stop is not
 * one with room.
 *
 * <p>Guarded as its {@link Pacer} is.
 */
final class LinkUse {

  /** Below this the link makes up for a stop before the next one, and nothing queues on it. */
  private static final double FULL = 0.8;

  /** About so many frames back it remembers, and so many it takes to be believed. */
  private static final int FRAMES = 16;

  /** A pause of the camera counts as no more than so many frames' time. */
  private static final double LONGEST_PAUSE = 8;

  private double busyNanos;
  private double allNanos;
  private double weight; // of the frames in these sums
  private int frames;

  private boolean any; // frame has gone
  private boolean waits; // a frame does
  private long offeredAtNanos;
  private long wentAtNanos;

  /** A frame is there, and has to wait or may go. */
  void offered(long nowNanos) {
    if (!waits) {
      waits = true;
      offeredAtNanos = nowNanos;
    }
  }

  /**
   * It goes, or the newer one in its place.
   *
   * @param linkNanos what the one before it takes on the link
   */
  void goes(long nowNanos, long linkNanos) {
    offered(nowNanos);
    if (any) {
      add(offeredAtNanos - wentAtNanos, linkNanos);
    }
    any = true;
    waits = false;
    wentAtNanos = nowNanos;
  }

  private void add(long sinceNanos, long linkNanos) {
    double keep = 1 - 1.0 / FRAMES;
    busyNanos = keep * busyNanos + linkNanos;
    allNanos = keep * allNanos + Math.min((double) sinceNanos, LONGEST_PAUSE * linkNanos);
    weight = keep * weight + 1;
    frames = Math.min(frames + 1, FRAMES);
  }

  /** Whether the link has nothing to do for a good part of the time; false while unknown. */
  boolean leavesRoom() {
    return frames == FRAMES && busyNanos < FULL * allNanos;
  }

  /** How many frames the camera offers in the given time; only once a frame was offered. */
  int framesIn(long nanos) {
    return (int) Math.min(Integer.MAX_VALUE - 1, nanos * weight / Math.max(1, allNanos));
  }
}
