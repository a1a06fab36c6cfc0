// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

/// What the system's TCP says about one connection (tcp(7), `TCP_INFO`).
///
/// @param unsentBytes accepted, and still waiting for the window or for TCP's own pacing; 0 or more
/// @param roundTripNanos of the latest segments, smoothed; selective acknowledgements count, so a
///   lost segment does not make it longer
/// @param deviationNanos how much single round trips differ from it
/// @param leastRoundTripNanos the shortest of the last minutes
public record PathWord(
    long unsentBytes, long roundTripNanos, long deviationNanos, long leastRoundTripNanos) {

  /// How long segments wait on the way, if nothing has changed since the last one was acknowledged.
  long queueNanos() {
    return Math.max(0, roundTripNanos - leastRoundTripNanos);
  }
}
