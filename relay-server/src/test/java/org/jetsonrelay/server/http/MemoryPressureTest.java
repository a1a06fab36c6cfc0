// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MemoryPressureTest {

  @Test
  void saysWhatIsShortFromNineTenthsOn() {
    assertThat(new MemoryPressure(() -> 0.899, () -> 0.899).reasons()).isEmpty();
    assertThat(new MemoryPressure(() -> 0.9, () -> 0.5).reasons())
        .singleElement()
        .asString()
        .startsWith("memory pressure: 90 % of the heap");
    assertThat(new MemoryPressure(() -> 1, () -> 0.95).reasons()).hasSize(2);
  }

  @Test
  void readsThisProcess() {
    assertThat(new MemoryPressure().reasons()).isEmpty();
  }
}
