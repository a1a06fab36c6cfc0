// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreeRunTest {

  private static final PacerSettings SETTINGS = PacerSettings.DEFAULTS;
  private static final long NEVER = Long.MAX_VALUE / 4;
  private static final int BYTES = 45_000;

  private final FreeRun run = new FreeRun(SETTINGS);

  @Test
  void hasToBeBegun() {
    assertThat(run.waitNanos(0)).isEqualTo(FreeRun.OVER);
    assertThat(run.takes(0, BYTES)).isFalse();
    assertThat(run.carried(0)).isTrue();
  }

  @Test
  void takesHalfOfTheFramesThatMayBeOnTheirWayAndNotOneMore() {
    run.begin(0, NEVER, 0);
    for (int i = 0; i < SETTINGS.outstandingFrames() / 2; i++) {
      assertThat(run.waitNanos(0)).isZero();
      assertThat(run.takes(0, BYTES)).isTrue();
    }

    assertThat(run.waitNanos(0)).isEqualTo(FreeRun.OVER);
    assertThat(run.takes(0, BYTES)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -7, Long.MAX_VALUE - 1_000})
  void endsWhenTheWordIsOldWhateverTheClockBeganWith(long begin) {
    run.begin(begin, begin + SETTINGS.sparseNanos(), 0);

    assertThat(run.waitNanos(begin + SETTINGS.sparseNanos() - 1)).isZero();
    assertThat(run.waitNanos(begin + SETTINGS.sparseNanos())).isEqualTo(FreeRun.OVER);
  }

  @Test
  void endsAMomentAfterTheWordAtAUsualRate() {
    run.begin(0, NEVER, 0);
    for (int i = 0; i < 3; i++) {
      assertThat(run.takes(i, BYTES)).isTrue();
    }

    assertThat(run.waitNanos(SETTINGS.sparseNanos() - 1)).isZero();
    assertThat(run.waitNanos(SETTINGS.sparseNanos())).isEqualTo(FreeRun.OVER);
  }

  @Test
  void lastsForThreeFramesAtALowRate() {
    run.begin(0, NEVER, 0);
    long now = 0;
    for (int i = 0; i < 3; i++) {
      now += 10 * SETTINGS.sparseNanos();
      assertThat(run.takes(now, BYTES)).isTrue();
    }

    assertThat(run.takes(now, BYTES)).isFalse();
  }

  @Test
  void endsWhenThePeerItselfHasToBeAsked() {
    run.begin(0, 10, 0);

    assertThat(run.takes(9, BYTES)).isTrue();
    assertThat(run.takes(10, BYTES)).isFalse();
  }

  @Test
  void letsNoMoreGoAheadThanTheLinkCarriesInTime() {
    double nanosPerByte = 100;
    long each = (long) (nanosPerByte * BYTES);
    run.begin(0, NEVER, nanosPerByte);
    int fit = (int) (SETTINGS.aheadNanos() / each);
    for (int i = 0; i < fit; i++) {
      assertThat(run.takes(0, BYTES)).isTrue();
    }
    assertThat(run.waitNanos(0)).as("all of them within the limit").isZero();
    assertThat(run.takes(0, BYTES)).isTrue();

    long wait = (fit + 1) * each - SETTINGS.aheadNanos();
    assertThat(run.waitNanos(0)).isEqualTo(wait);
    assertThat(run.waitNanos(wait - 1)).isEqualTo(1);
    assertThat(run.waitNanos(wait)).isZero();
    assertThat(run.carried((fit + 1) * each - 1)).isFalse();
    assertThat(run.carried((fit + 1) * each)).isTrue();
  }

  @Test
  void forgetsTheQueueOfTheRunBefore() {
    run.begin(0, NEVER, 1e6);
    assertThat(run.takes(0, BYTES)).isTrue();
    assertThat(run.waitNanos(1)).isPositive();

    run.begin(1, NEVER, 1e6);

    assertThat(run.waitNanos(1)).as("the system said that all has arrived").isZero();
  }

  @Test
  void remembersTheSizeOfTheLatestFrameWhetherItTookItOrNot() {
    assertThat(run.takes(0, 7)).isFalse();
    assertThat(run.lastBytes()).isEqualTo(7);
    run.begin(0, NEVER, 0);
    assertThat(run.takes(0, 8)).isTrue();
    assertThat(run.lastBytes()).isEqualTo(8);
  }
}
