// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.common.Weight;
import io.helidon.common.Weighted;
import io.helidon.common.media.type.MediaType;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.MeterRegistryFormatter;
import io.helidon.metrics.api.MetricsConfig;
import io.helidon.metrics.spi.MeterRegistryFormatterProvider;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Supplier;

/// What Helidon's metrics observer says in Prometheus' text format and in OpenMetrics: the relay's
/// measurements.
///
/// They are counted where they arise, in adders and histograms that cost some ten nanoseconds; fed
/// into a registry of meters they would cost as much as a frame (docs/decisions/0007). So the
/// observer gets a registry of its own for each relay, and the text for that registry from here.
///
/// Found by Helidon as a service. Any thread.
@Weight(Weighted.DEFAULT_WEIGHT + 100)
public final class ExpositionProvider implements MeterRegistryFormatterProvider {

  private static final Map<MeterRegistry, List<Measurement>> MEASURED =
      Collections.synchronizedMap(new WeakHashMap<>());

  /// For the service loader.
  public ExpositionProvider() {}

  /// From now on the text for this registry is these measurements.
  static void measure(MeterRegistry registry, List<Measurement> measurements) {
    MEASURED.put(registry, List.copyOf(measurements));
  }

  @Override
  public Optional<MeterRegistryFormatter> formatter(
      MediaType mediaType,
      MetricsConfig config,
      MeterRegistry registry,
      Optional<String> scopeTagName,
      Iterable<String> scopes,
      Iterable<String> names) {
    List<Measurement> measurements = MEASURED.get(registry);
    if (measurements == null) {
      return Optional.empty();
    }
    if (mediaType.equals(MediaTypes.TEXT_PLAIN)) {
      return Optional.of(new Text(() -> Exposition.text(measurements)));
    }
    return mediaType.equals(MediaTypes.APPLICATION_OPENMETRICS_TEXT)
        ? Optional.of(new Text(() -> Exposition.openMetrics(measurements)))
        : Optional.empty();
  }

  private record Text(Supplier<String> writer) implements MeterRegistryFormatter {

    @Override
    public Optional<Object> format() {
      return Optional.of(writer.get());
    }

    @Override
    public Optional<Object> formatMetadata() {
      return Optional.empty();
    }
  }
}
