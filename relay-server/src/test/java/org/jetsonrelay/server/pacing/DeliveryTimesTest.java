// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeliveryTimesTest {

  private final DeliveryTimes times = new DeliveryTimes();

  @Test
  void knowsNothingBeforeTheFirst() {
    assertThat(times.median()).isEqualTo(-1);
    assertThat(times.last()).isZero();
    assertThat(times.lastExcess()).isZero();
    assertThat(times.atLeast(1)).isFalse();
  }

  @Test
  void tellsTheMiddleOfTheLatestAndTheLast() {
    times.add(30, 3);
    times.add(10, 1);
    times.add(20, 2);

    assertThat(times.median()).isEqualTo(20);
    assertThat(times.last()).isEqualTo(20);
    assertThat(times.lastExcess()).isEqualTo(2);
  }

  @Test
  void forgetsTheOldestWhenThereIsNoMoreRoom() {
    for (int i = 0; i < DeliveryTimes.FRAMES; i++) {
      times.add(1_000, 0);
    }
    for (int i = 0; i < DeliveryTimes.FRAMES; i++) {
      assertThat(times.median()).isEqualTo(i <= DeliveryTimes.FRAMES / 2 ? 1_000 : 7);
      times.add(7, 0);
    }

    assertThat(times.median()).isEqualTo(7);
  }

  @Test
  void onceThereHaveBeenManyThereAlwaysHave() {
    for (int i = 0; i < DeliveryTimes.FRAMES; i++) {
      assertThat(times.atLeast(DeliveryTimes.FRAMES)).isFalse();
      times.add(1, 0);
    }
    for (int i = 0; i < 3 * DeliveryTimes.FRAMES; i++) {
      assertThat(times.atLeast(DeliveryTimes.FRAMES)).isTrue();
      times.add(1, 0);
    }
  }
}
