// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.health.HealthCheck;
import io.helidon.health.HealthCheckResponse;
import io.helidon.health.HealthCheckType;
import io.helidon.metrics.api.FunctionalCounter;
import io.helidon.metrics.api.Gauge;
import io.helidon.metrics.api.Meter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Tag;
import io.helidon.webserver.observe.ObserveFeature;
import io.helidon.webserver.observe.health.HealthObserver;
import io.helidon.webserver.observe.metrics.MetricsObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Helidon's observers with the relay's own figures in them: `/observe/health` for orchestrators,
/// `/observe/metrics` for Prometheus.
///
/// Owns the meters it registered. The registry is shared by the whole process, so the meters are
/// taken out again when the server stops; otherwise a second server in the process would export the
/// first one's numbers.
final class RelayObservers {

  private final MeterRegistry registry;
  private final List<Measurement> measurements;

  /// Written and read by the thread that starts and stops the server.
  private final List<Meter> registered = new ArrayList<>();

  RelayObservers(MeterRegistry registry, List<Measurement> measurements) {
    this.registry = registry;
    this.measurements = List.copyOf(measurements);
  }

  /// The feature to add to the web server. It is not configurable on purpose: where metrics are
  /// decides who may read them.
  ObserveFeature feature(RelayReadings relay) {
    return ObserveFeature.builder()
        .observersDiscoverServices(false)
        .addObserver(
            HealthObserver.builder()
                .useSystemServices(false)
                .details(true)
                .addCheck(new Serving(relay))
                .build())
        .addObserver(MetricsObserver.builder().meterRegistry(registry).build())
        .build();
  }

  void register() {
    for (Measurement measurement : measurements) {
      Meter.Builder<?, ?> builder =
          switch (measurement.kind()) {
            case COUNTER ->
                FunctionalCounter.builder(
                    measurement.registeredName(), measurement, m -> m.value().getAsLong());
            case GAUGE ->
                Gauge.builder(
                    measurement.registeredName(), () -> (Long) measurement.value().getAsLong());
          };
      registered.add(add(builder, measurement));
    }
  }

  void unregister() {
    registered.forEach(registry::remove);
    registered.clear();
  }

  private <B extends Meter.Builder<B, M>, M extends Meter> M add(
      Meter.Builder<B, M> builder, Measurement measurement) {
    List<Tag> tags =
        measurement.labels().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(label -> Tag.create(label.getKey(), label.getValue()))
            .toList();
    return registry.getOrCreate(
        builder.identity().description(measurement.description()).tags(tags));
  }

  /// Ready while `/health` says healthy.
  private record Serving(RelayReadings relay) implements HealthCheck {

    @Override
    public HealthCheckType type() {
      return HealthCheckType.READINESS;
    }

    @Override
    public String name() {
      return "relay";
    }

    @Override
    public HealthCheckResponse call() {
      List<String> troubles = relay.troubles();
      HealthCheckResponse.Builder response =
          HealthCheckResponse.builder().status(troubles.isEmpty());
      if (!troubles.isEmpty()) {
        response.detail("reasons", String.join("; ", troubles));
      }
      return response.build();
    }
  }
}
