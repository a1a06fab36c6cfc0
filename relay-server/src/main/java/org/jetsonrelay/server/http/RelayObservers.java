// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.health.HealthCheck;
import io.helidon.health.HealthCheckResponse;
import io.helidon.health.HealthCheckType;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.webserver.observe.ObserveFeature;
import io.helidon.webserver.observe.health.HealthObserver;
import io.helidon.webserver.observe.metrics.MetricsObserver;
import java.util.List;

/// Helidon's observers with the relay's own check and measurements in them: `/observe/health` for
/// orchestrators, `/observe/metrics` for Prometheus. Stateless.
final class RelayObservers {

  private RelayObservers() {}

  /// The feature to add to the web server. It is not configurable on purpose: where it is decides
  /// who may read it.
  static ObserveFeature feature(RelayReadings relay, List<Measurement> measurements) {
    MeterRegistry registry = MeterRegistry.create();
    ExpositionProvider.measure(registry, measurements);
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

  /// Ready while `/health` does not say unhealthy: a degraded relay still serves.
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
