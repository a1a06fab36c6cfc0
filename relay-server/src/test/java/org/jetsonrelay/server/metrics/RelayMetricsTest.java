// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RelayMetricsTest {

  @Test
  void countsSkipsByCause() {
    RelayMetrics metrics = new RelayMetrics();
    metrics.skipped(SkipCause.LINK).increment();
    metrics.skipped(SkipCause.STALLED).add(2);

    assertThat(metrics.skipped(SkipCause.RATE).sum()).isZero();
    assertThat(metrics.skipped(SkipCause.LINK).sum()).isEqualTo(1);
    assertThat(metrics.skipped(SkipCause.STALLED).sum()).isEqualTo(2);
  }

  @Test
  void namesTheCausesAsTheStatisticsDo() {
    assertThat(SkipCause.values())
        .extracting(SkipCause::label)
        .containsExactly("rate", "link", "stalled", "left");
  }

  @Test
  void countsByLabel() {
    LabelledCounter counter = new LabelledCounter();
    counter.increment("1001");
    counter.increment("1000");
    counter.increment("1001");

    assertThat(counter.snapshot()).containsExactly(entry("1000", 1), entry("1001", 2));
    assertThat(counter.count("1001")).isEqualTo(2);
    assertThat(counter.count("4401")).isZero();
    assertThat(counter.total()).isEqualTo(3);
  }

  @Test
  void countsFurtherLabelsTogetherFromTheLimitOn() {
    LabelledCounter counter = new LabelledCounter();
    for (int i = 0; i < LabelledCounter.MAX_LABELS; i++) {
      counter.increment("code " + i);
    }
    assertThat(counter.snapshot()).doesNotContainKey(LabelledCounter.OTHER);

    counter.increment("one too many");
    counter.increment("two too many");
    counter.increment("code 3");

    assertThat(counter.snapshot())
        .hasSize(LabelledCounter.MAX_LABELS + 1)
        .containsEntry(LabelledCounter.OTHER, 2L)
        .containsEntry("code 3", 2L);
    assertThat(counter.count(LabelledCounter.OTHER)).isEqualTo(2);
  }

  @Test
  void keepsTheLimitAndTheTotalWhenManyThreadsBringNewLabels()
      throws ExecutionException, InterruptedException {
    LabelledCounter counter = new LabelledCounter();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int thread = t;
        all.add(
            threads.submit(() -> {
              for (int i = 0; i < 1_000; i++) {
                counter.increment(thread + "/" + i);
              }
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }

    assertThat(counter.snapshot()).hasSize(LabelledCounter.MAX_LABELS + 1);
    assertThat(counter.total()).isEqualTo(4_000);
  }

  private static Map.Entry<String, Long> entry(String label, long count) {
    return Map.entry(label, count);
  }
}
