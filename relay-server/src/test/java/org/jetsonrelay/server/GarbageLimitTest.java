// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GarbageLimitTest {

  private static final long MIB = 1L << 20;

  private final AtomicInteger collections = new AtomicInteger();

  @ParameterizedTest(name = "{0} MiB lived, {1} MiB and {2} bytes are in use: {3}")
  @CsvSource({
    "0, 64, 0, 0",
    "0, 64, 1, 1",
    "10, 74, 0, 0",
    "10, 74, 1, 1",
    // From 128 MiB on, half of what lives.
    "200, 300, 0, 0",
    "200, 300, 1, 1",
    "300, 100, 0, 0",
  })
  void collectsOldGarbageBeyondTheLimit(long lived, long used, long more, int times) {
    new GarbageLimit(() -> used * MIB + more, () -> lived * MIB, collections::incrementAndGet)
        .tick(0);

    assertThat(collections).hasValue(times);
  }

  @Test
  void leavesOtherCollectorsAlone() {
    GarbageLimit.of(List.of(), collections::incrementAndGet).tick(0);

    assertThat(collections).hasValue(0);
  }
}
