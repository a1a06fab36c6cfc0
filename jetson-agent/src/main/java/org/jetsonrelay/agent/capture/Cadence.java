// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Makes frames that exist already come when they are due: each a given distance after the one
 * before. What is late is made up for, unless it is later than a second: then time starts anew, so
 * that a machine that slept does not race. Used by the capture thread.
 */
public final class Cadence {

  private static final long FORGIVEN_NANOS = 1_000_000_000;

  private long dueNanos = System.nanoTime();

  /**
   * Waits until the next frame is due. Returns false when that is later than {@code timeout} from
   * now, after having waited for that long.
   */
  public boolean await(Duration timeout) throws InterruptedException {
    long now = System.nanoTime();
    if (now - dueNanos > FORGIVEN_NANOS) {
      dueNanos = now;
    }
    long wait = dueNanos - now;
    long most = timeout.toNanos();
    TimeUnit.NANOSECONDS.sleep(Math.min(wait, most));
    return wait <= most;
  }

  /** The frame that was due has been delivered; the next one follows {@code nanos} later. */
  public void next(long nanos) {
    dueNanos += nanos;
  }
}
