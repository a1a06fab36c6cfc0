// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.hub.FrameHops;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jspecify.annotations.Nullable;

/// What the relay tells about itself: the only thing `/health` and `/stats` know of it.
///
/// Called from request threads, several at a time; no method may block.
public interface RelayReadings {

  /// The relay's version.
  String version();

  /// When the relay started, by the wall clock.
  Instant startTime();

  /// For how long it has been running, by a clock that never jumps.
  long uptimeMillis();

  /// Why it cannot serve now (starting, draining, broken), each a short plain sentence; empty when
  /// it is healthy.
  List<String> troubles();

  /// What does not go as it should while it serves, each a short plain sentence; empty when all is
  /// well.
  List<String> degradations();

  /// Connections that are open now.
  Clients clients();

  /// What was counted since the start.
  Totals totals();

  /// All cameras, in any order.
  List<CameraRow> cameras();

  /// All viewers, in any order.
  List<ViewerRow> viewers();

  /// How it stands in its cluster; empty when it is in none.
  default Optional<ClusterReading> cluster() {
    return Optional.empty();
  }

  /// How its link to a relay above stands; empty when there is none.
  default Optional<UpstreamReading> upstream() {
    return Optional.empty();
  }

  /// The way of a camera's last frames, oldest first; null when there is no such camera.
  @Nullable List<FrameHops> trace(String camera);

  /// Open connections by role.
  ///
  /// @param total all, registered or not
  /// @param jetson those that registered as a camera
  /// @param flutter those that registered as a viewer
  record Clients(int total, int jetson, int flutter) {}

  /// Sums since the start, connections that are gone included.
  ///
  /// @param connections WebSocket connections accepted
  /// @param messages messages that clients sent
  /// @param bytes bytes of those messages
  /// @param skipped frames replaced before they were written, by cause
  record Totals(long connections, long messages, long bytes, Map<String, Long> skipped) {

    /// Copies the map.
    public Totals {
      skipped = Map.copyOf(skipped);
    }
  }
}
