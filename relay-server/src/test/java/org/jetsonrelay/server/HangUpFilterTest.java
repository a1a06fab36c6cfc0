// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.common.buffers.DataReader;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HangUpFilterTest {

  private static boolean passes(@Nullable Throwable thrown) {
    LogRecord record = new LogRecord(Level.WARNING, "Internal server error");
    record.setThrown(thrown);
    return new HangUpFilter().isLoggable(record);
  }

  @Test
  void keepsHangUpsOutAndLetsAllElsePass() {
    // What the connection's reader throws when there is no more.
    DataReader ended = DataReader.create(() -> null);
    RuntimeException hangUp = null;
    try {
      ended.read();
    } catch (RuntimeException e) {
      hangUp = e;
    }
    assertThat(hangUp).isNotNull();

    assertThat(passes(new IllegalStateException("Internal error", hangUp))).isFalse();
    assertThat(passes(hangUp)).isFalse();
    assertThat(passes(new IllegalStateException("a fault of ours"))).isTrue();
    assertThat(passes(null)).isTrue();
  }
}
