// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.jetsonrelay.server.http.Measurement.counter;
import static org.jetsonrelay.server.http.Measurement.gauge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.http.Measurement;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.metrics.SkipCause;

/// What the relay exports under `/observe/metrics`.
final class RelayMeasurements {

  private RelayMeasurements() {}

  static List<Measurement> of(RelayMetrics metrics, RelayStatus status, BlockPool pool) {
    List<Measurement> all = new ArrayList<>();
    all.add(
        counter(
            "relay_connections_total",
            "WebSocket connections accepted",
            metrics.connections()::sum));
    all.add(
        counter(
            "relay_client_messages_total",
            "Messages that clients sent",
            metrics.messagesFromClients()::sum));
    all.add(
        counter(
            "relay_client_bytes_total",
            "Bytes of the messages that clients sent",
            metrics.bytesFromClients()::sum));
    all.add(
        counter(
            "relay_frames_received_total", "Frames taken from cameras", metrics.framesIn()::sum));
    all.add(
        counter(
            "relay_frame_bytes_received_total",
            "JPEG bytes taken from cameras",
            metrics.frameBytesIn()::sum));
    all.add(
        counter("relay_frames_sent_total", "Frames written to viewers", metrics.framesOut()::sum));
    all.add(
        counter(
            "relay_frame_bytes_sent_total",
            "JPEG bytes written to viewers",
            metrics.frameBytesOut()::sum));
    for (SkipCause cause : SkipCause.values()) {
      all.add(
          new Measurement(
              "relay_frames_skipped_total",
              "Frames offered to a viewer and never written, by cause",
              Measurement.Kind.COUNTER,
              Map.of("cause", cause.label()),
              metrics.skipped(cause)::sum));
    }
    all.add(
        counter(
            "relay_payloads_dropped_total",
            "Announced payloads (H.264, files) a viewer did not get",
            metrics.announcedDropped()::sum));
    all.add(
        counter(
            "relay_authorization_failures_total",
            "Clients refused for their token",
            metrics.authorizationFailures()::sum));
    all.add(gauge("relay_publishers", "Connected publishers", () -> status.clients().jetson()));
    all.add(gauge("relay_viewers", "Connected viewers", () -> status.clients().flutter()));
    all.add(
        gauge(
            "relay_frame_blocks", "Blocks of frame memory that somebody holds", pool::outstanding));
    if (status.inCluster()) {
      addCluster(all, status);
    }
    return all;
  }

  private static void addCluster(List<Measurement> all, RelayStatus status) {
    all.add(
        gauge(
            "relay_cluster_connected",
            "Whether the bus between relays is reached",
            () -> status.cluster().map(now -> now.connected() ? 1L : 0L).orElse(0L)));
    all.add(
        gauge(
            "relay_cluster_nodes",
            "Other relays in the cluster",
            () -> status.cluster().map(now -> (long) now.nodes().size()).orElse(0L)));
    Map.of(
            "sentFrames", "relay_cluster_frames_sent_total",
            "sentBytes", "relay_cluster_frame_bytes_sent_total",
            "receivedFrames", "relay_cluster_frames_received_total",
            "receivedBytes", "relay_cluster_frame_bytes_received_total",
            "tooLarge", "relay_cluster_frames_too_large_total")
        .forEach((count, name) ->
            all.add(
                counter(
                    name,
                    "Of the bus between relays, see docs/cluster.md: " + count,
                    () ->
                        status
                            .cluster()
                            .map(now -> now.counts().getOrDefault(count, 0L))
                            .orElse(0L))));
  }
}
