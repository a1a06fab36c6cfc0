// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CadenceTest {

  private static final long MILLI = 1_000_000;

  @ParameterizedTest
  @CsvSource({"30, 30, 300", "30, 15, 150", "30, 10, 100", "10, 30, 100", "25, 1, 10"})
  void thinsACameraToTheRate(int cameraFps, int maxFps, int expected) {
    Cadence cadence = new Cadence(maxFps);
    long frameNanos = 1_000 * MILLI / cameraFps;
    int sent = 0;
    for (int i = 0; i < 10 * cameraFps; i++) {
      long now = 5_000 * MILLI + i * frameNanos;
      if (cadence.waitNanos(now, now) == 0) {
        cadence.went(now);
        sent++;
      }
    }
    assertThat(sent).isBetween(expected - 1, expected + 1);
  }

  @Test
  void neverWaitsLongerThanTheIntervalAndItsPlay() {
    Cadence cadence = new Cadence(10);
    assertThat(cadence.waitNanos(0, 0)).isZero();
    cadence.went(0);
    assertThat(cadence.waitNanos(-100 * MILLI, 0)).isEqualTo(115 * MILLI);
    assertThat(cadence.waitNanos(0, 0)).isEqualTo(85 * MILLI);
    assertThat(cadence.waitNanos(0, 115 * MILLI)).isZero();
  }

  @Test
  void missedTurnsAreNotMadeUpFor() {
    Cadence cadence = new Cadence(10);
    cadence.went(0);
    cadence.went(10_000 * MILLI);
    assertThat(cadence.waitNanos(10_000 * MILLI, 10_000 * MILLI)).isPositive();
  }

  @Test
  void withoutARateNothingWaits() {
    Cadence cadence = new Cadence(Double.POSITIVE_INFINITY);
    cadence.went(0);
    assertThat(cadence.unlimited()).isTrue();
    assertThat(cadence.waitNanos(0, 0)).isZero();
  }

  @Test
  void aDeadlineCutsOnceAndOnlyWhatLasts() {
    AtomicInteger cuts = new AtomicInteger();
    Deadline deadline = new Deadline(100, cuts::incrementAndGet);
    deadline.check(1_000);
    deadline.begin(1_000);
    deadline.check(1_099);
    assertThat(deadline.lastedNanos(1_099)).isEqualTo(99);
    deadline.end();
    deadline.check(5_000);
    assertThat(cuts).hasValue(0);
    deadline.begin(6_000);
    deadline.check(6_100);
    deadline.check(6_200);
    deadline.expire();
    assertThat(cuts).hasValue(1);
    assertThat(deadline.expired()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "1755500000.123456, 1755500000123",
    "1755500000.5, 1755500000500",
    "1755500000, 1755500000000",
    "' 7.1 ', 7100",
    "'', 0",
    "-1, 0",
    "1e9, 0",
    "999999999999.0, 0",
    "1.0000000000, 0"
  })
  void readsTimeStampsAndTakesNonsenseForNone(String text, long millis) {
    assertThat(Stamps.millis(text)).isEqualTo(millis);
  }
}
