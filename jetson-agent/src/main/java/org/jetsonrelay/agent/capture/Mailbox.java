// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

import org.jspecify.annotations.Nullable;

/**
 * The one-slot hand-off between the capture thread and the uplink thread, in which the latest frame
 * wins. Owns three pictures that rotate: one is being filled, one waits or is spent, one is being
 * sent. Neither thread ever waits for the other; the lock is held for a few assignments only and
 * publishes the picture's contents.
 */
public final class Mailbox {

  private final Object lock = new Object();

  /** Belongs to the capture thread, which alone reads and writes the field. */
  private Picture filling;

  /** Belongs to the uplink thread, which alone reads and writes the field. */
  private Picture sending;

  /** The third picture; guarded by the lock. */
  private Picture between;

  /** Whether {@link #between} holds a frame that was not taken yet; guarded by the lock. */
  private boolean waiting;

  /** Frames replaced before they were taken; guarded by the lock. */
  private long skipped;

  /** Frames put in since the start; guarded by the lock. */
  private long offered;

  /** With three pictures of {@code bytes} each to begin with; they grow as needed. */
  public Mailbox(int bytes) {
    filling = new Picture(bytes);
    between = new Picture(bytes);
    sending = new Picture(bytes);
  }

  /** Capture thread: the picture to fill next. The same one until {@link #put()}. */
  public Picture filling() {
    return filling;
  }

  /** Capture thread: hands the filled picture over; a frame that still waits is skipped. */
  public void put() {
    synchronized (lock) {
      Picture free = between;
      between = filling;
      filling = free;
      if (waiting) {
        skipped++;
      }
      waiting = true;
      offered++;
    }
  }

  /** Whether a frame waits. Any thread. */
  public boolean hasPicture() {
    synchronized (lock) {
      return waiting;
    }
  }

  /** Frames put in since the start. Any thread. */
  public long offered() {
    synchronized (lock) {
      return offered;
    }
  }

  /**
   * Uplink thread: the latest frame, or null when there is none that was not taken yet. The frame
   * taken before it is given back, so nothing may read it any more.
   */
  public @Nullable Picture take() {
    synchronized (lock) {
      if (!waiting) {
        return null;
      }
      waiting = false;
      Picture spent = sending;
      sending = between;
      between = spent;
      return sending;
    }
  }

  /** Uplink thread: forgets a frame that waits, since nobody wants it any more. */
  public void clear() {
    synchronized (lock) {
      waiting = false;
    }
  }

  /**
   * Uplink thread: something may go on reading the frame taken last; replaces that picture by a new
   * one.
   */
  public void forfeit() {
    sending = new Picture(0);
  }

  /** How many frames were skipped since this was called last. Any thread. */
  public long skippedSinceLastTime() {
    synchronized (lock) {
      long count = skipped;
      skipped = 0;
      return count;
    }
  }
}
