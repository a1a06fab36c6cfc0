// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PathTrialsTest {

  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final long BASE = 200 * NANOS_PER_MILLI;
  private static final long FRAME = 100 * NANOS_PER_MILLI;
  private static final long DEVIATION = 10 * NANOS_PER_MILLI;

  /// Up to here a longer round trip is noise.
  private static final long NOISE = DEVIATION + BASE / 4;

  /// From here on it is a queue.
  private static final long QUEUE = NOISE + FRAME / 2 + BASE / 8 + 1;

  /// When the outcome of a trial is known.
  private static final long OUTCOME = BASE + FRAME / 2 + 1;

  private static final long PAUSE = 10_000 * NANOS_PER_MILLI;

  private final PathTrials trials = new PathTrials();
  private long now = -3_000 * NANOS_PER_MILLI; // System.nanoTime() may well be negative

  private int told(long unsent, long queue) {
    trials.told(now, new PathWord(unsent, BASE + queue, DEVIATION, BASE), BASE, FRAME);
    return trials.allows(now);
  }

  /// A trial of as many frames as are allowed, and what the system says when the outcome is known.
  private int trial(long queue) {
    for (int left = told(0, 0); left > 0; left--) {
      trials.begin();
    }
    trials.early();
    told(0, 0); // it sees that they have left
    now += OUTCOME + queue;
    return told(0, queue);
  }

  @Test
  void allowsOneFrameMoreWhereNothingWaits() {
    assertThat(told(0, NOISE)).isEqualTo(1);
  }

  @Test
  void allowsNothingWhereBytesWaitToBeSent() {
    assertThat(told(1, 0)).isZero();
  }

  @Test
  void allowsNothingWhereSegmentsQueue() {
    assertThat(told(0, NOISE + 1)).isZero();
  }

  @Test
  void takesNoWordForLonger() {
    told(0, 0);

    assertThat(trials.allows(now + 1)).isZero();
  }

  @Test
  void sendsNoMoreThanAllowedBeforeTheOutcomeIsKnown() {
    told(0, 0);
    trials.begin();
    trials.early();
    assertThat(told(0, 0)).isZero();
    now += OUTCOME - 1;
    assertThat(told(0, 0)).as("the queue may still show").isZero();
    now += 1;

    assertThat(told(0, 0)).as("there was none").isEqualTo(2);
  }

  @Test
  void waitsForTheFrameToLeaveFirst() {
    told(0, 0);
    trials.begin();
    trials.early();
    now += OUTCOME;
    assertThat(told(1, 0)).isZero();
    now += OUTCOME;
    assertThat(told(0, 0)).isZero();
    now += OUTCOME;

    assertThat(told(0, 0)).isEqualTo(2);
  }

  @Test
  void allowsTwiceAsManyEachTimeUpToSixtyFour() {
    assertThat(trial(0)).isEqualTo(2);
    assertThat(trial(0)).isEqualTo(4);
    for (int i = 0; i < 4; i++) {
      trial(0);
    }
    assertThat(told(0, 0)).isEqualTo(64);

    assertThat(trial(0)).isEqualTo(64);
  }

  @Test
  void allowsNoMoreThanTwiceWhatWasTried() {
    trial(0);
    trial(0);
    told(0, 0);
    trials.begin();
    trials.early();
    told(0, 0);
    now += OUTCOME;

    assertThat(told(0, 0)).isEqualTo(4);
  }

  @Test
  void haveProvenRoomOnceEightFramesMoreMayGo() {
    trial(0);
    trial(0);
    assertThat(trials.haveProvenRoom()).isFalse();
    trial(0);
    assertThat(trials.haveProvenRoom()).isTrue();
    trial(QUEUE);

    assertThat(trials.haveProvenRoom()).isFalse();
  }

  @Test
  void startsAnewWhenAQueueHasFormed() {
    trial(0);
    trial(0);
    assertThat(trials.wantWord(now)).isTrue();
    assertThat(trial(QUEUE)).isZero();
    now += PAUSE - 1;
    assertThat(trials.wantWord(now)).isFalse();
    assertThat(told(0, 0)).isZero();
    now += 1;
    assertThat(trials.wantWord(now)).isTrue();

    assertThat(told(0, 0)).isEqualTo(1);
  }

  @Test
  void takesLittleMoreThanNoiseForNoQueue() {
    assertThat(trial(QUEUE - 1)).isZero();
    now += 1;

    assertThat(told(0, 0)).as("the trial is not over, nor was it in vain").isEqualTo(2);
  }

  /// Nothing queues on the way to a program that is slow to read: its machine takes everything.
  @Test
  void takesFramesThatComeNoEarlierThanEstimatedForAQueue() {
    told(0, 0);
    trials.early(); // of before
    trials.begin();
    told(0, 0);
    now += OUTCOME;
    assertThat(told(0, 0)).as("one may still come").isZero();
    now += BASE + FRAME;
    assertThat(told(0, 0)).isZero();
    now += PAUSE - 1;
    assertThat(told(0, 0)).isZero();
    now += 1;

    assertThat(told(0, 0)).isEqualTo(1);
  }

  @Test
  void takesARoundTripThatStaysLongForAQueue() {
    trial(NOISE + 1);
    now += BASE + NOISE + FRAME + OUTCOME;
    told(0, NOISE + 1);
    now += PAUSE - 1;

    assertThat(told(0, 0)).isZero();
  }

  @Test
  void pausesTwiceAsLongAfterEachFailureUpToEightTimes() {
    long pause = PAUSE;
    for (int failures = 1; failures < 8; failures++) {
      trial(QUEUE);
      now += pause - 1;
      assertThat(told(0, 0)).as("failures: %d", failures).isZero();
      now += 1;
      assertThat(told(0, 0)).as("failures: %d", failures).isEqualTo(1);
      pause = Math.min(2 * pause, 8 * PAUSE);
    }
  }

  @Test
  void pausesAsLongAsAtFirstAfterASuccess() {
    trial(QUEUE);
    now += PAUSE;
    assertThat(trial(0)).isEqualTo(2);
    trial(QUEUE);
    now += PAUSE;

    assertThat(told(0, 0)).isEqualTo(1);
  }

  /// What queues without one is no trial's doing.
  @Test
  void pausesForNoQueueOfOthers() {
    told(0, QUEUE);

    assertThat(told(0, 0)).isEqualTo(1);
  }
}
