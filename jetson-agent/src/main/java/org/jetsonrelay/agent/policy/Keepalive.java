// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import java.time.Duration;

/**
 * When to ping the relay and when to give it up: nothing heard for two periods. Anything the relay
 * sends is a sign of life, since a pong may be queued behind it. Used by the uplink thread.
 */
public final class Keepalive {

  private final long periodNanos;
  private long pingedNanos;

  /** For a connection that was opened at {@code nowNanos}. */
  public Keepalive(Duration period, long nowNanos) {
    periodNanos = period.toNanos();
    pingedNanos = nowNanos;
  }

  /** Whether it is time for a ping; when it is, the next one is due a period later. */
  public boolean pingDue(long nowNanos) {
    if (nowNanos - pingedNanos < periodNanos) {
      return false;
    }
    pingedNanos = nowNanos;
    return true;
  }

  /** Whether the relay is to be taken for dead when it was last heard at {@code heardNanos}. */
  public boolean dead(long heardNanos, long nowNanos) {
    return nowNanos - heardNanos >= 2 * periodNanos;
  }

  /** Nanoseconds until one of the two may change. */
  public long nanosToChange(long heardNanos, long nowNanos) {
    long ping = pingedNanos + periodNanos - nowNanos;
    long death = heardNanos + 2 * periodNanos - nowNanos;
    return Math.max(0, Math.min(ping, death));
  }
}
