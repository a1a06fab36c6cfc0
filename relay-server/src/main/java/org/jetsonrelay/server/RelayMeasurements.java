// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.jetsonrelay.server.http.Measurement.counter;
import static org.jetsonrelay.server.http.Measurement.counters;
import static org.jetsonrelay.server.http.Measurement.gauge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.http.Measurement;
import org.jetsonrelay.server.http.ProcessMeasurements;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jetsonrelay.server.timing.Hop;
import org.jetsonrelay.server.timing.HopHistograms;
import org.jetsonrelay.server.websocket.EngineLimit;
import org.jetsonrelay.server.websocket.WebSocketTransport;

/// What the relay exports under `/observe/metrics`. No label takes its values from names or
/// addresses: the number of series does not grow with cameras and viewers.
final class RelayMeasurements {

  private RelayMeasurements() {}

  /// Limits counted under names of their own, beside the engine's.
  private static final List<String> OTHER_LIMITS =
      List.of(
          "control_messages",
          "failed_tokens",
          "handshake_rate",
          "message_age",
          "registration_time",
          "silence",
          "write_time");

  static List<Measurement> of(
      RelayMetrics metrics,
      RelayStatus status,
      BlockPool pool,
      Events events,
      WebSocketTransport transport) {
    List<Measurement> all = new ArrayList<>(traffic(metrics));
    all.addAll(troubles(metrics, events));
    all.addAll(RowMeasurements.of(status));
    all.add(hops(metrics.hops()));
    all.addAll(limits(metrics, transport));
    all.add(
        gauge(
            "relay_frame_blocks", "Blocks of frame memory that somebody holds", pool::outstanding));
    all.add(
        new Measurement(
            "relay_info",
            "The relay's version; always 1",
            Measurement.Kind.GAUGE,
            () -> List.of(new Measurement.Sample.Value(Map.of("version", status.version()), 1))));
    if (status.inCluster()) {
      addCluster(all, status);
    }
    all.addAll(ProcessMeasurements.all());
    return all;
  }

  private static List<Measurement> traffic(RelayMetrics metrics) {
    return List.of(
        counter(
            "relay_connections_total",
            "WebSocket connections accepted",
            metrics.connections()::sum),
        counter(
            "relay_client_messages_total",
            "Messages that clients sent",
            metrics.messagesFromClients()::sum),
        counter(
            "relay_client_bytes_total",
            "Bytes of the messages that clients sent",
            metrics.bytesFromClients()::sum),
        counter(
            "relay_frames_received_total", "Frames taken from cameras", metrics.framesIn()::sum),
        counter(
            "relay_frame_bytes_received_total",
            "JPEG bytes taken from cameras",
            metrics.frameBytesIn()::sum),
        counter("relay_frames_sent_total", "Frames written to viewers", metrics.framesOut()::sum),
        counter(
            "relay_frame_bytes_sent_total",
            "JPEG bytes written to viewers",
            metrics.frameBytesOut()::sum),
        counters(
            "relay_frames_skipped_total",
            "Frames offered to a viewer and never written, by cause",
            "cause",
            () -> skipped(metrics)),
        counter(
            "relay_payloads_received_total",
            "Announced payloads (H.264, files) taken from cameras",
            metrics.announcedIn()::sum),
        counter(
            "relay_payloads_sent_total",
            "Announced payloads written to viewers",
            metrics.announcedOut()::sum),
        counter(
            "relay_payloads_dropped_total",
            "Announced payloads a viewer did not get",
            metrics.announcedDropped()::sum));
  }

  private static List<Measurement> troubles(RelayMetrics metrics, Events events) {
    return List.of(
        counter(
            "relay_authorization_failures_total",
            "Clients refused for their token",
            metrics.authorizationFailures()::sum),
        counters(
            "relay_handshakes_refused_total",
            "Handshakes refused, by reason",
            "reason",
            metrics.handshakesRefused()::snapshot),
        counters(
            "relay_errors_sent_total",
            "Errors that clients were told, by code",
            "code",
            metrics.errors()::snapshot),
        counters(
            "relay_connections_closed_total",
            "WebSocket connections ended, by close code",
            "code",
            metrics.closes()::snapshot),
        counters(
            "relay_webhook_events_total",
            "Events posted to the webhook, by outcome",
            "outcome",
            () -> Map.of("delivered", events.delivered(), "failed", events.failed())));
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

  private static Map<String, Long> skipped(RelayMetrics metrics) {
    Map<String, Long> byCause = new TreeMap<>();
    for (SkipCause cause : SkipCause.values()) {
      byCause.put(cause.label(), metrics.skipped(cause).sum());
    }
    return byCause;
  }

  private static Measurement hops(HopHistograms hops) {
    return new Measurement(
        "relay_hop_seconds",
        "How long frames took from hop to hop, all cameras and viewers together",
        Measurement.Kind.HISTOGRAM,
        () -> Arrays.stream(Hop.values()).map(hop -> hop(hop, hops.read(hop))).toList());
  }

  private static Measurement.Sample hop(Hop hop, HopHistograms.Buckets buckets) {
    return new Measurement.Sample.Buckets(
        Map.of("hop", hop.label()),
        buckets.boundsSeconds(),
        buckets.cumulative(),
        buckets.sumSeconds());
  }

  private static List<Measurement> limits(RelayMetrics metrics, WebSocketTransport transport) {
    return List.of(
        counters(
            "relay_limits_met_total",
            "How often somebody met a limit, by limit",
            "limit",
            () -> limitsMet(metrics)),
        gauge(
            "relay_open_sockets",
            "Open TCP connections, whatever they speak",
            transport::openSockets),
        gauge(
            "relay_kept_descriptors",
            "Connections with a second descriptor, kept for sending frames without waiting",
            transport::duplicates),
        gauge(
            "relay_lacking_descriptors",
            "Connections that got none to keep and take one for each frame",
            transport::withoutDuplicate),
        gauge(
            "relay_incomplete_message_bytes",
            "Memory of messages that are being received",
            transport::incompleteBytes));
  }

  /// All of them, those that nobody has met included.
  private static Map<String, Long> limitsMet(RelayMetrics metrics) {
    Map<String, Long> met = new TreeMap<>();
    Stream.concat(
            Arrays.stream(EngineLimit.values()).map(EngineLimit::label), OTHER_LIMITS.stream())
        .forEach(limit -> met.put(limit, metrics.limitsMet().count(limit)));
    return met;
  }
}
