// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: exponential, with full jitter, so that many robots that
 * lost the same relay do not come back in step. Forgets earlier failures once something has worked
 * for a while: a relay that accepts and hangs up at once must not be called in a tight loop. Used
 * by one thread.
 */
public final class Backoff {

  private final long firstNanos;
  private final long lastNanos;
  private final long steadyNanos;
  private final RandomGenerator random;

  private int failures;
  private boolean working;
  private long workingSinceNanos;

  /**
   * Waits between zero and a ceiling that starts at {@code first} and doubles up to {@code last}.
   *
   * @param steady how long something must have worked before it counts as a success
   */
  public Backoff(Duration first, Duration last, Duration steady, RandomGenerator random) {
    if (first.isNegative() || first.isZero() || last.compareTo(first) < 0) {
      throw new IllegalArgumentException("backoff from " + first + " to " + last);
    }
    firstNanos = first.toNanos();
    lastNanos = last.toNanos();
    steadyNanos = steady.toNanos();
    this.random = random;
  }

  /** It works since {@code nowNanos}. */
  public void succeeded(long nowNanos) {
    if (!working) {
      working = true;
      workingSinceNanos = nowNanos;
    }
  }

  /**
   * It failed at {@code nowNanos}; returns how many nanoseconds to wait before the next attempt.
   */
  public long failed(long nowNanos) {
    if (working && nowNanos - workingSinceNanos >= steadyNanos) {
      failures = 0;
    }
    working = false;
    long delay = random.nextLong(ceilingNanos() + 1);
    failures++;
    return delay;
  }

  /** The longest wait the next failure can cost. */
  public long ceilingNanos() {
    long ceiling = firstNanos;
    for (int i = 0; i < failures && ceiling < lastNanos; i++) {
      ceiling *= 2;
    }
    return Math.min(ceiling, lastNanos);
  }
}
