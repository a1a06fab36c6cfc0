// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jetsonrelay.server.http.ClusterReading;
import org.jetsonrelay.server.http.MemoryPressure;
import org.jetsonrelay.server.http.RelayReadings;
import org.jetsonrelay.server.http.UpstreamReading;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.hub.FrameHops;
import org.jetsonrelay.server.hub.Hub;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jetsonrelay.server.protocol.ClientRole;
import org.jetsonrelay.server.session.Sessions;
import org.jspecify.annotations.Nullable;

/// What this relay says about itself. Request threads read; the thread that starts and stops the
/// relay writes.
final class RelayStatus implements RelayReadings {

  private enum Phase {
    STARTING,
    SERVING,
    DRAINING
  }

  private final Hub hub;
  private final RelayMetrics metrics;
  private final Sessions sessions;
  private final Links links;
  private final Supplier<List<String>> staleCameras;
  private final MemoryPressure memory = new MemoryPressure();
  private final Instant startTime = Instant.now();
  private final long startNanos = System.nanoTime();
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.STARTING);

  /// @param staleCameras a sentence for each camera that should stream and does not
  RelayStatus(
      Hub hub,
      RelayMetrics metrics,
      Sessions sessions,
      Links links,
      Supplier<List<String>> staleCameras) {
    this.staleCameras = staleCameras;
    this.hub = hub;
    this.metrics = metrics;
    this.sessions = sessions;
    this.links = links;
  }

  /// Whether it was told to join a cluster.
  boolean inCluster() {
    return links.inCluster();
  }

  void serving() {
    phase.set(Phase.SERVING);
  }

  /// Whether this call was the first.
  boolean draining() {
    return phase.getAndSet(Phase.DRAINING) != Phase.DRAINING;
  }

  @Override
  public String version() {
    return RelayVersion.current();
  }

  @Override
  public Instant startTime() {
    return startTime;
  }

  @Override
  public long uptimeMillis() {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }

  @Override
  public List<String> troubles() {
    return switch (phase.get()) {
      case STARTING -> List.of("starting");
      case SERVING -> List.of();
      case DRAINING -> List.of("shutting down");
    };
  }

  @Override
  public List<String> degradations() {
    boolean cut = cluster().map(now -> !now.connected()).orElse(false);
    Stream<String> bus =
        cut ? Stream.of("the bus to the other relays is not reached") : Stream.of();
    return Stream.of(staleCameras.get().stream(), memory.reasons().stream(), bus)
        .flatMap(reasons -> reasons)
        .toList();
  }

  /// Whether the process runs short of memory.
  boolean memoryShort() {
    return !memory.reasons().isEmpty();
  }

  @Override
  public @Nullable List<FrameHops> trace(String camera) {
    return hub.trace(camera);
  }

  @Override
  public Clients clients() {
    int jetson = sessions.count(ClientRole.PUBLISHER);
    int flutter = sessions.count(ClientRole.VIEWER);
    return new Clients(Math.max(sessions.count(), jetson + flutter), jetson, flutter);
  }

  @Override
  public Totals totals() {
    Map<String, Long> skipped = new LinkedHashMap<>();
    for (SkipCause cause : SkipCause.values()) {
      skipped.put(cause.label(), metrics.skipped(cause).sum());
    }
    return new Totals(
        metrics.connections().sum(),
        metrics.messagesFromClients().sum(),
        metrics.bytesFromClients().sum(),
        skipped);
  }

  @Override
  public List<CameraRow> cameras() {
    return hub.cameraRows(System.nanoTime());
  }

  @Override
  public List<ViewerRow> viewers() {
    return hub.viewerRows();
  }

  @Override
  public Optional<ClusterReading> cluster() {
    return links
        .cluster()
        .map(now ->
            new ClusterReading(
                now.node(),
                now.connected(),
                now.server(),
                now.nodes().stream()
                    .map(node ->
                        new ClusterReading.Node(
                            node.name(), node.cameras(), node.wanted(), node.heardMillis()))
                    .toList(),
                Map.of(
                    "sentFrames", now.sentFrames(),
                    "sentBytes", now.sentBytes(),
                    "receivedFrames", now.receivedFrames(),
                    "receivedBytes", now.receivedBytes(),
                    "tooLarge", now.tooLarge(),
                    "outdated", now.outdated(),
                    "overtaken", now.overtaken(),
                    "malformed", now.malformed()),
                now.lastProblem()));
  }

  @Override
  public Optional<UpstreamReading> upstream() {
    return links
        .upstream()
        .map(now ->
            new UpstreamReading(
                now.address(),
                now.connected(),
                Map.of(
                    "cameras", (long) now.cameras(),
                    "refused", (long) now.refused(),
                    "receivedFrames", now.receivedFrames(),
                    "receivedBytes", now.receivedBytes(),
                    "overtaken", now.overtaken()),
                now.lastProblem()));
  }
}
