// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private static final long SECOND = 1_000_000_000;

  private final Backoff backoff =
      new Backoff(
          Duration.ofMillis(250), Duration.ofSeconds(5), Duration.ofSeconds(10), new Random(7));

  private List<Long> ceilings(int failures) {
    List<Long> ceilings = new ArrayList<>();
    for (int i = 0; i < failures; i++) {
      long ceiling = backoff.ceilingNanos();
      ceilings.add(ceiling / 1_000_000);
      assertThat(backoff.failed(i)).isBetween(0L, ceiling);
    }
    return ceilings;
  }

  @Test
  void doublesUpToItsLimit() {
    assertThat(ceilings(8)).containsExactly(250L, 500L, 1000L, 2000L, 4000L, 5000L, 5000L, 5000L);
  }

  @Test
  void usesTheWholeRange() {
    long least = Long.MAX_VALUE;
    long most = 0;
    for (int i = 0; i < 2000; i++) {
      long delay = backoff.failed(0);
      least = Math.min(least, delay);
      most = Math.max(most, delay);
    }
    assertThat(least).isLessThan(SECOND / 10);
    assertThat(most).isGreaterThan(49 * SECOND / 10).isLessThanOrEqualTo(5 * SECOND);
  }

  @Test
  void forgetsFailuresAfterASteadySuccess() {
    ceilings(5);
    backoff.succeeded(100 * SECOND);
    backoff.succeeded(105 * SECOND);
    backoff.failed(110 * SECOND);

    assertThat(backoff.ceilingNanos()).isEqualTo(SECOND / 2);
  }

  @Test
  void remembersFailuresAfterAShortSuccess() {
    ceilings(5);
    backoff.succeeded(100 * SECOND);
    backoff.failed(110 * SECOND - 1);

    assertThat(backoff.ceilingNanos()).isEqualTo(5 * SECOND);
  }

  @Test
  void refusesLimitsThatMakeNoSense() {
    assertThatThrownBy(
            () -> new Backoff(Duration.ZERO, Duration.ofSeconds(1), Duration.ZERO, new Random(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() ->
            new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ZERO, new Random(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
