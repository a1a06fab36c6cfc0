// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClockScheduleTest {

  private static final long SECOND = 1_000_000_000L;

  private final ClockSchedule schedule = new ClockSchedule();
  private long nowNanos = 5 * SECOND;

  private long ask() {
    assertThat(schedule.due(nowNanos)).isTrue();
    return schedule.leaves(nowNanos);
  }

  @Test
  void asksOftenAtFirstThenRarely() {
    for (int i = 0; i < 8; i++) {
      long number = ask();
      assertThat(schedule.answered(number)).isEqualTo(nowNanos);
      assertThat(schedule.due(nowNanos + SECOND / 10)).isFalse();
      nowNanos += SECOND / 4;
    }
    assertThat(schedule.due(nowNanos)).isFalse();
    nowNanos += 5 * SECOND;
    assertThat(schedule.due(nowNanos)).isTrue();
  }

  @Test
  void asksASilentPeerOnlyEveryTenSeconds() {
    long first = ask();
    assertThat(schedule.due(nowNanos + 9 * SECOND)).isFalse();
    nowNanos += 10 * SECOND;
    long second = ask();
    assertThat(schedule.answered(first)).isEqualTo(ClockSchedule.UNASKED);
    assertThat(schedule.answered(second)).isEqualTo(nowNanos);
  }

  @Test
  void believesAnAnswerOnceAndNoneBeforeItsQuestionWasWritten() {
    assertThat(schedule.answered(0)).isEqualTo(ClockSchedule.UNASKED);
    assertThat(schedule.due(nowNanos)).isTrue();
    assertThat(schedule.answered(1)).isEqualTo(ClockSchedule.UNASKED);
    long number = schedule.leaves(nowNanos + 7);
    assertThat(schedule.answered(number)).isEqualTo(nowNanos + 7);
    assertThat(schedule.answered(number)).isEqualTo(ClockSchedule.UNASKED);
  }
}
