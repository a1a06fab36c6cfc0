// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import org.jetsonrelay.server.timing.ClockEstimate;
import org.jetsonrelay.server.timing.Moment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CameraClockTest {

  private static final long NOW = 1_755_500_000_000L;
  private static final long SECOND = 1_000_000_000L;

  private final CameraClock clock = new CameraClock();

  /// A moment by a wall clock that has never been set.
  private static Moment at(long millis) {
    return new Moment(millis, 7 * SECOND + (millis - NOW) * 1_000_000);
  }

  @Test
  void countsAgeFromReceiptWhileNothingIsKnown() {
    assertThat(clock.ageMillis(NOW - 900, NOW - 20, at(NOW))).isEqualTo(20);
    assertThat(clock.onRelayClock(NOW - 900, NOW - 20, at(NOW))).isEqualTo(NOW - 20);
  }

  @Test
  void takesTheFastestTransitAsTheClocksDistance() {
    long ahead = 5_000;
    clock.observe(NOW + ahead, NOW + 30, 0);
    clock.observe(NOW + 100 + ahead, NOW + 100 + 10, SECOND);
    clock.observe(NOW + 200 + ahead, NOW + 200 + 80, 2 * SECOND);

    assertThat(clock.onRelayClock(NOW + 200 + ahead, 0, at(NOW))).isEqualTo(NOW + 210);
    assertThat(clock.ageMillis(NOW + 200 + ahead, NOW + 280, at(NOW + 300))).isEqualTo(90);
  }

  @Test
  void neverSaysANegativeAge() {
    clock.observe(NOW, NOW + 10, 0);

    assertThat(clock.ageMillis(NOW, NOW + 10, at(NOW))).isZero();
  }

  @Test
  void forgetsTheFastestTransitAfterAMinute() {
    clock.observe(NOW, NOW + 10, 0);
    clock.observe(NOW, NOW + 15, 31 * SECOND);
    assertThat(clock.onRelayClock(NOW, 0, at(NOW)))
        .as("still in the other half")
        .isEqualTo(NOW + 10);

    clock.observe(NOW, NOW + 14, 61 * SECOND);

    assertThat(clock.onRelayClock(NOW, 0, at(NOW))).isEqualTo(NOW + 14);
  }

  @Test
  void forgetsEverythingOlderAfterALongSilence() {
    clock.observe(NOW, NOW + 10, 0);
    clock.observe(NOW, NOW + 700, 3_600 * SECOND);

    assertThat(clock.onRelayClock(NOW, 0, at(NOW))).isEqualTo(NOW + 700);
  }

  @Test
  void followsAClockThatJumpsForwardByYears() {
    clock.observe(1_000, NOW, 0);
    assertThat(clock.ageMillis(1_000, NOW, at(NOW))).isZero();

    clock.observe(NOW, NOW + 40, SECOND);

    assertThat(clock.ageMillis(NOW, NOW + 40, at(NOW + 40))).isZero();
  }

  @Test
  void followsAClockThatJumpsBack() {
    clock.observe(NOW, NOW + 10, 0);
    clock.observe(NOW - 3_600_000, NOW + 40, SECOND);

    assertThat(clock.ageMillis(NOW - 3_600_000, NOW + 40, at(NOW + 45))).isEqualTo(5);
  }

  @Test
  void takesADelayOfSecondsForADelayNotForAJump() {
    clock.observe(NOW, NOW + 10, 0);
    clock.observe(NOW, NOW + 9_010, SECOND);

    assertThat(clock.ageMillis(NOW, NOW + 9_010, at(NOW + 9_010))).isEqualTo(9_000);
  }

  @Test
  void anExchangeGoesBeforeWhatFramesTellAndKnowsItsError() {
    clock.observe(NOW, NOW + 500, 0);
    assertThat(clock.ageErrorMillis(0)).isEqualTo(-1);
    assertThat(clock.relayNanos(NOW)).isEqualTo(FrameHops.UNKNOWN);
    // At 7 s of running time the camera's clock is an hour ahead of the relay's wall clock.
    long camera = NOW + 3_600_000;
    clock.exchanged(
        new ClockEstimate(7 * SECOND, camera * 1_000_000 - 7 * SECOND, 1_500_000, 0, 0, 1_000_000));

    assertThat(clock.onRelayClock(camera - 30, 7, at(NOW))).isEqualTo(NOW - 30);
    assertThat(clock.ageMillis(camera - 30, NOW, at(NOW + 12))).isEqualTo(42);
    assertThat(clock.ageErrorMillis(7 * SECOND)).isEqualTo(2);
    assertThat(clock.relayNanos(camera - 30)).isEqualTo(7 * SECOND - 30_000_000);
    assertThat(clock.relayNanos(0)).isEqualTo(FrameHops.UNKNOWN);
    assertThat(clock.relayNanos(Long.MAX_VALUE)).isEqualTo(FrameHops.UNKNOWN);
  }

  /// Set by a time server, long after the start, say.
  @ParameterizedTest
  @ValueSource(longs = {-7_200_000, 3_600_000})
  void tellsTheSameAgeWhenTheRelaysWallClockJumps(long millis) {
    clock.exchanged(
        new ClockEstimate(7 * SECOND, NOW * 1_000_000 - 7 * SECOND, 1_500_000, 0, 0, 1_000_000));
    Moment jumped = new Moment(NOW + 12 + millis, 7 * SECOND + 12_000_000);

    assertThat(clock.ageMillis(NOW - 30, NOW, jumped)).isEqualTo(42);
    assertThat(clock.onRelayClock(NOW - 30, 7, jumped)).isEqualTo(NOW - 30 + millis);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 253_402_300_800_000L})
  void ignoresWhatCannotBeATime(long captured) {
    clock.observe(captured, NOW, 0);
    assertThat(clock.onRelayClock(NOW, 7, at(NOW))).as("nothing was learned").isEqualTo(7);

    clock.observe(NOW, NOW + 10, 0);

    assertThat(clock.ageMillis(captured, NOW, at(NOW + 25))).isEqualTo(25);
  }
}
