// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.util.List;

/// How this relay stands in its cluster, for `/stats`.
///
/// @param node its own name
/// @param connected whether it reaches the bus
/// @param server where that is; empty while it is not connected
/// @param nodes the other relays
/// @param sentFrames frames sent to the bus: one for all relays that want it
/// @param sentBytes their bytes
/// @param receivedFrames frames taken from the bus
/// @param receivedBytes their bytes
/// @param tooLarge frames not sent because the server takes no message so long
/// @param outdated frames that came twice or late
/// @param overtaken frames replaced by a newer one before they reached the hub
/// @param malformed messages that were none
/// @param lastProblem what was last wrong; empty when nothing was
public record ClusterStatus(
    String node,
    boolean connected,
    String server,
    List<Node> nodes,
    long sentFrames,
    long sentBytes,
    long receivedFrames,
    long receivedBytes,
    long tooLarge,
    long outdated,
    long overtaken,
    long malformed,
    String lastProblem) {

  /// Another relay.
  ///
  /// @param name its name
  /// @param cameras how many it has
  /// @param wanted how many of this relay's it wants
  /// @param heardMillis for how long it has been silent
  public record Node(String name, int cameras, int wanted, long heardMillis) {}
}
