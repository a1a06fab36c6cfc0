// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MeasurementTest {

  @ParameterizedTest
  @ValueSource(strings = {"relay_frames", "frames_total", "relay_Frames_total", "relay__x_total"})
  void refusesACounterWhoseNameBreaksTheConventions(String name) {
    assertThatThrownBy(() -> Measurement.counter(name, "", () -> 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }

  @Test
  void refusesAGaugeThatLooksLikeACounter() {
    assertThatThrownBy(() -> Measurement.gauge("relay_viewers_total", "", () -> 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void writesWhatPrometheusReads() {
    Measurement histogram =
        new Measurement(
            "relay_hop_seconds",
            "A \"way\"\nof \\ frames",
            Measurement.Kind.HISTOGRAM,
            () ->
                List.of(
                    new Measurement.Sample.Buckets(
                        Map.of("hop", "relay"),
                        new double[] {0.001, 2.5},
                        new long[] {1, 3, 4},
                        7.25)));
    Measurement odd =
        Measurement.gauges("relay_x", "X", "name", () -> Map.of("a\"b\\c\nd", Double.NaN));
    Measurement large = Measurement.gauge("relay_y", "Y", () -> 1e300);

    assertThat(Exposition.text(List.of(histogram, odd, large)))
        .isEqualTo(
            """
            # HELP relay_hop_seconds A "way"\\nof \\\\ frames
            # TYPE relay_hop_seconds histogram
            relay_hop_seconds_bucket{hop="relay",le="0.001"} 1
            relay_hop_seconds_bucket{hop="relay",le="2.5"} 3
            relay_hop_seconds_bucket{hop="relay",le="+Inf"} 4
            relay_hop_seconds_sum{hop="relay"} 7.25
            relay_hop_seconds_count{hop="relay"} 4
            # HELP relay_x X
            # TYPE relay_x gauge
            relay_x{name="a\\"b\\\\c\\nd"} NaN
            # HELP relay_y Y
            # TYPE relay_y gauge
            relay_y 1.0E300
            """);
  }
}
