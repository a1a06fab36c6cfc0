// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.upstream;

import java.time.Duration;

/// The limits and times of the link to a relay above.
///
/// @param address its WebSocket, `ws://` or `wss://`; empty: there is none
/// @param token shown to it; empty: none
/// @param maxCameras cameras of it at the same time
/// @param maxWanted cameras watched at the same time: as many as a viewer may choose
/// @param maxHops relays that a camera may have come through
/// @param maxTextBytes one text message
/// @param maxFrameBytes one frame
/// @param connectLimit from the attempt to the open connection
/// @param ping how often it is asked for a sign of life
/// @param silence without one for this long the connection is cut
/// @param firstRetry from a failure to the next attempt, doubled each time
/// @param lastRetry the longest that becomes
public record UpstreamSettings(
    String address,
    String token,
    int maxCameras,
    int maxWanted,
    int maxHops,
    int maxTextBytes,
    int maxFrameBytes,
    Duration connectLimit,
    Duration ping,
    Duration silence,
    Duration firstRetry,
    Duration lastRetry) {

  /// With the usual times.
  public static UpstreamSettings of(
      String address, String token, int maxCameras, int maxWanted, int maxFrameBytes) {
    return new UpstreamSettings(
        address,
        token,
        maxCameras,
        maxWanted,
        8,
        4 << 20,
        maxFrameBytes,
        Duration.ofSeconds(5),
        Duration.ofSeconds(3),
        Duration.ofSeconds(10),
        Duration.ofMillis(250),
        Duration.ofSeconds(5));
  }

  /// Whether there is a relay above.
  public boolean enabled() {
    return !address.isEmpty();
  }

  /// Says nothing secret.
  @Override
  public String toString() {
    return "UpstreamSettings";
  }
}
