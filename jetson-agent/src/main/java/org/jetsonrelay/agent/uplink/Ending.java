// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import java.time.Duration;

/**
 * How a connection, or the attempt at one, has ended.
 *
 * @param why what it means for the next attempt
 * @param text for the log: what happened and, where there is one, the way out
 * @param pause how long to wait at least before the next attempt
 */
record Ending(Why why, String text, Duration pause) {

  /** What an ending means. */
  enum Why {
    /** The agent was told to stop. */
    STOPPED,
    /** Worth another attempt. */
    LOST,
    /** Nothing answers at all; worth another attempt soon, which costs nobody anything. */
    UNREACHABLE,
    /** Another agent has the camera's name; worth another attempt, later. */
    REPLACED,
    /** The relay does not want this agent; the same attempt would fail again. */
    REFUSED
  }

  static final Ending STOPPED = new Ending(Why.STOPPED, "stopped", Duration.ZERO);

  static Ending lost(String text) {
    return new Ending(Why.LOST, text, Duration.ZERO);
  }

  static Ending unreachable(String text) {
    return new Ending(Why.UNREACHABLE, text, Duration.ZERO);
  }

  static Ending refused(String text) {
    return new Ending(
        Why.REFUSED,
        text + "; give the token that the relay expects with --token or TOKEN",
        Duration.ZERO);
  }

  static Ending replaced(String text, Duration pause) {
    return new Ending(Why.REPLACED, text + "; give each camera a name of its own", pause);
  }
}
