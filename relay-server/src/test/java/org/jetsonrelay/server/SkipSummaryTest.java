// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.metrics.SkipCause;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The line about skipped frames: one a period, and none when there were none.
class SkipSummaryTest {
  private final LogLines log = new LogLines(RelayTimer.class.getName(), Level.INFO);

  @AfterEach
  void stop() {
    log.close();
  }

  @Test
  void sumsUpWhatWasSkippedSinceTheLastLineByCause() {
    RelayMetrics metrics = new RelayMetrics();
    try (RelayTimer timer = new RelayTimer(metrics)) {
      timer.sumUp();
      metrics.skipped(SkipCause.RATE).add(2);
      metrics.skipped(SkipCause.STALLED).add(1_500);
      timer.sumUp();
      timer.sumUp();
      metrics.skipped(SkipCause.LINK).add(1);
      timer.sumUp();
    }
    assertThat(log.lines())
        .containsExactly(
            "skipped 1502 frames in 10 s (rate 2, link 0, stalled 1500)",
            "skipped 1 frames in 10 s (rate 0, link 1, stalled 0)");
  }
}
