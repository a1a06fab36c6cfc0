// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.time.Duration;
import java.util.List;

/// The limits and times of the cluster link.
///
/// @param servers addresses of NATS servers, `nats://` or `tls://`; none: no cluster
/// @param node this relay's name in the cluster
/// @param prefix first part of all subjects
/// @param connections connections that carry frames, besides the one for everything else
/// @param login how to log in
/// @param maxNodes other relays at the same time
/// @param maxRemoteCameras cameras of other relays at the same time
/// @param maxFrameBytes one frame from the bus
/// @param maxPendingBytes what may wait for one connection before frames are skipped
/// @param maxInbox messages about nodes and cameras that may wait to be handled
/// @param beat how often a relay says that it lives and what it wants
/// @param lease for how long that holds
/// @param refresh how often a relay repeats the list of its cameras
/// @param reconnect from one attempt to connect to the next
public record ClusterSettings(
    List<String> servers,
    String node,
    String prefix,
    int connections,
    BusLogin login,
    int maxNodes,
    int maxRemoteCameras,
    int maxFrameBytes,
    int maxPendingBytes,
    int maxInbox,
    Duration beat,
    Duration lease,
    Duration refresh,
    Duration reconnect) {

  /// Copies the servers.
  public ClusterSettings {
    servers = List.copyOf(servers);
  }

  /// With the usual times.
  public static ClusterSettings of(
      List<String> servers,
      String node,
      String prefix,
      int connections,
      BusLogin login,
      int maxRemoteCameras,
      int maxFrameBytes) {
    return new ClusterSettings(
        servers,
        node,
        prefix,
        connections,
        login,
        256,
        maxRemoteCameras,
        maxFrameBytes,
        256 << 10,
        1_024,
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(2),
        Duration.ofMillis(250));
  }

  /// Whether there is a cluster to join.
  public boolean enabled() {
    return !servers.isEmpty();
  }
}
