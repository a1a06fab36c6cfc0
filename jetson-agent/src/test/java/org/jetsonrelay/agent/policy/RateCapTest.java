// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateCapTest {

  private static final long MILLI = 1_000_000;

  private final RateCap cap = new RateCap();

  /** Frames that pass in ten seconds of a source of 60 a second, looked at every millisecond. */
  private int passed() {
    int passed = 0;
    long captured = -1;
    for (long millis = 0; millis < 10_000; millis++) {
      long frame = millis * 60 / 1000;
      if (frame > captured && cap.waitNanos(millis * MILLI) == 0) {
        cap.sent(millis * MILLI);
        captured = frame;
        passed++;
      }
    }
    return passed;
  }

  @Test
  void letsAllPassAtFirst() {
    assertThat(passed()).isEqualTo(600);
  }

  @ParameterizedTest
  @CsvSource({"4, 50", "10, 125", "20, 250", "47.9, 599", "60, 600", "0, 600", "0.001, 13"})
  void leavesAQuarterMoreThanIsWanted(double wanted, int frames) {
    cap.wanted(wanted);

    assertThat(passed()).isBetween(frames - 6, frames + 1);
  }

  @Test
  void openAgainAsSoonAsAllIsWanted() {
    cap.wanted(1);
    cap.sent(0);
    assertThat(cap.waitNanos(MILLI)).isEqualTo(799 * MILLI);

    cap.wanted(0);

    assertThat(cap.waitNanos(MILLI)).isZero();
  }

  @Test
  void doesNotSaveTurnsUp() {
    cap.wanted(8);
    cap.sent(0);
    cap.sent(5_000 * MILLI);

    assertThat(cap.waitNanos(5_000 * MILLI)).isBetween(70 * MILLI, 100 * MILLI);
  }
}
