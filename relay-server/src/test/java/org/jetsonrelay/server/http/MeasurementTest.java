// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
  void leavesTheSuffixToTheRegistry() {
    assertThat(Measurement.counter("relay_frames_received_total", "", () -> 0).registeredName())
        .isEqualTo("relay_frames_received");
    assertThat(Measurement.gauge("relay_viewers", "", () -> 0).registeredName())
        .isEqualTo("relay_viewers");
  }
}
