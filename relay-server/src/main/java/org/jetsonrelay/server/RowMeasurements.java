// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.jetsonrelay.server.http.Measurement.gauge;
import static org.jetsonrelay.server.http.Measurement.gauges;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jetsonrelay.server.http.Measurement;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.hub.ViewerRow;

/// What is exported of cameras and viewers: how many are in which state, and the spread of what
/// their links carry. Looked up in the rows of `/stats` when somebody asks.
final class RowMeasurements {

  private RowMeasurements() {}

  static List<Measurement> of(RelayStatus status) {
    return List.of(
        gauges(
            "relay_cameras",
            "Connected cameras, by state: stale ones are watched and send nothing",
            "state",
            () -> cameras(status.cameras())),
        gauges(
            "relay_viewers",
            "Connected viewers, by state: starved ones get nothing of a camera that sends",
            "state",
            () -> viewers(status.viewers(), status.cameras())),
        gauges(
            "relay_connections",
            "Open WebSocket connections, by role",
            "role",
            () -> clients(status)),
        gauge(
            "relay_degraded",
            "Reasons for which the relay calls itself degraded",
            () -> status.degradations().size()),
        gauge(
            "relay_memory_pressure",
            "1 while the heap or the memory for frames is nearly used up",
            () -> status.memoryShort() ? 1 : 0),
        gauge(
            "relay_uplink_bytes_per_second",
            "JPEG bytes a second from all cameras, over the last seconds",
            () -> status.cameras().stream().mapToDouble(CameraRow::bytesPerSecond).sum()),
        gauge(
            "relay_delivery_bytes_per_second",
            "JPEG bytes a second to all viewers, over the last seconds",
            () -> status.viewers().stream().mapToDouble(ViewerRow::bytesPerSecond).sum()),
        gauges(
            "relay_viewer_link_bytes_per_second",
            "What viewers' links carry by estimate: the slowest, the median and the fastest",
            "viewer",
            () -> links(status.viewers())),
        gauge(
            "relay_camera_clock_error_seconds",
            "By how much the worst known clock of a camera may be wrong; 0 when none is known",
            () -> clockError(status.cameras())));
  }

  /// `idle`: nobody watches; `live`: it sends; `stale`: it should and does not.
  static Map<String, Long> cameras(List<CameraRow> rows) {
    Map<String, Long> states = zeros("idle", "live", "stale");
    for (CameraRow row : rows) {
      String state = row.live() ? "live" : row.viewers() > 0 ? "stale" : "idle";
      states.merge(state, 1L, Long::sum);
    }
    return states;
  }

  /// `idle`: it watches nothing that sends; `receiving`; `starved`: it watches a camera that sends,
  /// and has got nothing for seconds.
  static Map<String, Long> viewers(List<ViewerRow> rows, List<CameraRow> cameras) {
    Set<String> live = new HashSet<>();
    cameras.stream().filter(CameraRow::live).map(CameraRow::name).forEach(live::add);
    Map<String, Long> states = zeros("idle", "receiving", "starved");
    for (ViewerRow row : rows) {
      boolean could = row.cameras().stream().anyMatch(live::contains);
      String state = !could ? "idle" : row.deliveredFps() > 0 ? "receiving" : "starved";
      states.merge(state, 1L, Long::sum);
    }
    return states;
  }

  private static Map<String, Long> clients(RelayStatus status) {
    var clients = status.clients();
    return Map.of(
        "camera", (long) clients.jetson(),
        "viewer", (long) clients.flutter(),
        "unregistered", (long) clients.total() - clients.jetson() - clients.flutter());
  }

  /// Nothing while no link is known.
  private static Map<String, Double> links(List<ViewerRow> rows) {
    double[] sorted =
        rows.stream().mapToDouble(ViewerRow::linkBitsPerSecond).filter(bits -> bits > 0).toArray();
    Arrays.sort(sorted);
    return sorted.length == 0
        ? Map.of()
        : Map.of(
            "slowest", sorted[0] / 8,
            "median", sorted[sorted.length / 2] / 8,
            "fastest", sorted[sorted.length - 1] / 8);
  }

  private static double clockError(List<CameraRow> rows) {
    double worst = 0;
    for (CameraRow row : rows) {
      if (row.clock() != null) {
        worst = Math.max(worst, row.clock().errorNanos() / 1e9);
      }
    }
    return worst;
  }

  private static Map<String, Long> zeros(String... states) {
    Map<String, Long> all = new TreeMap<>();
    for (String state : states) {
      all.put(state, 0L);
    }
    return all;
  }
}
