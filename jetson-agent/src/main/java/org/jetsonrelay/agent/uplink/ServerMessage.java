// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

/**
 * What a relay says to a camera, as far as a camera cares.
 *
 * @param type what it is
 * @param subject the client id of {@code welcome}, who asked for {@code start_streaming} or {@code
 *     stop_streaming}, the code of an {@code error}; else empty
 * @param message its text for people; may be empty
 */
record ServerMessage(Type type, String subject, String message) {

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
    /** Well-formed, but nothing to this agent; a newer relay may say more than it knows. */
    OTHER,
    /** Not a JSON object with a type. */
    BAD
  }
}
