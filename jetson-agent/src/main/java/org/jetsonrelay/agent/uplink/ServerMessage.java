// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import org.jetsonrelay.agent.policy.AudienceReport;
import org.jspecify.annotations.Nullable;

/**
 * What a relay says to a camera, as far as a camera cares.
 *
 * @param type what it is
 * @param subject the client id of {@code welcome}, who asked for {@code start_streaming} or {@code
 *     stop_streaming}, the code of an {@code error}; else empty
 * @param message its text for people; may be empty
 * @param report what {@code stream_feedback} says; null in all others
 * @param clock what {@code clock_probe} says
 */
record ServerMessage(
    Type type,
    String subject,
    String message,
    @Nullable AudienceReport report,
    ClockQuestion clock) {

  ServerMessage(Type type, String subject, String message) {
    this(type, subject, message, null, ClockQuestion.NONE);
  }

  /**
   * A question for the time.
   *
   * @param probe its number
   * @param sequence the latest frame that the relay has
   */
  record ClockQuestion(long probe, long sequence) {

    static final ClockQuestion NONE = new ClockQuestion(0, 0);
  }

  /** The types that matter. */
  enum Type {
    WELCOME,
    REGISTERED,
    START,
    STOP,
    PING,
    PONG,
    SHUTDOWN,
    ERROR,
    FEEDBACK,
    CLOCK,
    /** Well-formed, but nothing to this agent; a newer relay may say more than it knows. */
    OTHER,
    /** Not a JSON object with a type. */
    BAD
  }
}
