// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateMeterTest {

  private static final long SECOND = 1_000_000_000L;

  private final RateMeter meter = new RateMeter();

  @Test
  void saysZeroBeforeTheFirstEvent() {
    assertThat(meter.eventsPerSecond(SECOND)).isZero();
    assertThat(meter.bytesPerSecond(SECOND)).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -3 * SECOND, Long.MIN_VALUE, Long.MAX_VALUE - SECOND})
  void measuresASteadyRateWhateverTheClockBeganWith(long begin) {
    long now = begin;
    for (int i = 0; i < 300; i++) {
      now = begin + i * SECOND / 30;
      meter.add(now, 45_000);
    }

    assertThat(meter.eventsPerSecond(now)).isCloseTo(30, within(0.3));
    assertThat(meter.bytesPerSecond(now)).isCloseTo(30 * 45_000.0, within(0.3 * 45_000));
  }

  @Test
  void forgetsWhatIsOlderThanTheWindow() {
    for (int i = 0; i < 100; i++) {
      meter.add(i * SECOND / 20, 1);
    }
    long last = 99 * SECOND / 20;

    assertThat(meter.eventsPerSecond(last + 3 * SECOND)).isBetween(5.0, 10.0);
    assertThat(meter.eventsPerSecond(last + 5 * SECOND)).isZero();
    assertThat(meter.eventsPerSecond(last + 3_600 * SECOND)).isZero();
  }

  @Test
  void doesNotMakeAHundredFramesASecondOutOfTheFirstTwo() {
    meter.add(0, 10);
    meter.add(SECOND / 100, 10);

    assertThat(meter.eventsPerSecond(SECOND / 100)).isEqualTo(2);
  }

  @Test
  void followsAChangeOfRateWithinTheWindow() {
    long now = 0;
    for (int i = 0; i < 200; i++) {
      now += SECOND / 20;
      meter.add(now, 1);
    }
    for (int i = 0; i < 30; i++) {
      now += SECOND / 5;
      meter.add(now, 1);
    }

    assertThat(meter.eventsPerSecond(now)).isCloseTo(5, within(0.3));
  }

  @Test
  void beginsAnewAfterALongSilence() {
    meter.add(0, 1);
    meter.add(1_000 * SECOND, 1);

    assertThat(meter.eventsPerSecond(1_000 * SECOND)).isCloseTo(0.2, within(0.02));
  }

  /// The writer reuses slices as fast as it can while a reader sums them: a sum left over from a
  /// slice's earlier use would show as a rate above the one written.
  @Test
  void neverSaysMoreThanTheRateWrittenWhileItIsRead() throws Exception {
    // A full window first: in a meter's first seconds a reader whose clock lags behind the writer's
    // rightly sees more events than its short span explains.
    int filled = 100;
    for (int i = 0; i < filled; i++) {
      meter.add(i * SECOND / 10, 1);
    }
    AtomicLong now = new AtomicLong((filled - 1) * SECOND / 10);
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = filled; i < 2_000_000; i++) {
                meter.add(i * SECOND / 10, 1);
                now.set(i * SECOND / 10);
              }
            });
    double highest = 0;
    while (writer.isAlive()) {
      highest = Math.max(highest, meter.eventsPerSecond(now.get()));
    }

    // The span is at least 19 slices; 50 events fall into 20.
    assertThat(highest).isBetween(1.0, 50 / 4.75);
  }
}
