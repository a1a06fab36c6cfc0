// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.time.Duration;
import org.jetsonrelay.server.pacing.PacerSettings;

/// The limits and times of one client's connection.
///
/// @param registrationLimit from the handshake until the client must have said what it is
/// @param pingPeriod how often a client is pinged that is otherwise silent
/// @param silenceLimit after how long without a byte from the client its connection is cut
/// @param messageLimit how long one message may take from its first byte to its last
/// @param writeLimit how long one write may wait for the socket
/// @param stalledAfter how long a write must have waited for skips to count as `stalled`
/// @param maxControlMessages control messages that may wait for one client
/// @param maxCameraMessageBytes one message of a publisher
/// @param maxClientMessageBytes one message of anybody else
/// @param pacing whether viewers are paced by what they acknowledge
/// @param pacer the pacer's constants
public record SessionSettings(
    Duration registrationLimit,
    Duration pingPeriod,
    Duration silenceLimit,
    Duration messageLimit,
    Duration writeLimit,
    Duration stalledAfter,
    int maxControlMessages,
    int maxCameraMessageBytes,
    int maxClientMessageBytes,
    boolean pacing,
    PacerSettings pacer) {

  /// What the relay runs with unless told otherwise.
  public static SessionSettings defaults() {
    return new SessionSettings(
        Duration.ofSeconds(10),
        Duration.ofSeconds(15),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        256,
        16 << 20,
        64 << 10,
        true,
        PacerSettings.DEFAULTS);
  }
}
