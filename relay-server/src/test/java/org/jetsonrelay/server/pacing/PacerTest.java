// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each rule of the [Pacer] by itself, on a link that is worked out by hand.
class PacerTest extends PacerFixture {

  @Test
  void sendsTheFirstFrameAtOnce() {
    assertThat(pacer.gate(now)).isZero();
  }

  @Test
  void numbersThePingsOfAFrame() {
    assertThat(send()).isEqualTo(FIRST);
    assertThat(send()).isEqualTo(FIRST + 2);
  }

  @Test
  void learnsRoundTripAndRateSeparately() {
    deliver(3);

    assertThat(pacer.roundTripNanos()).isEqualTo(ROUND_TRIP_NANOS);
    assertThat(pacer.linkBitsPerSecond()).isCloseTo(8e6, within(8e3));
    assertThat(pacer.deliveryNanos()).isEqualTo(ROUND_TRIP_NANOS + REST_NANOS);
  }

  @Test
  void knowsNothingBeforeTheFirstPong() {
    send();

    assertThat(pacer.roundTripNanos()).isEqualTo(-1);
    assertThat(pacer.linkBitsPerSecond()).isEqualTo(-1);
    assertThat(pacer.deliveryNanos()).isEqualTo(-1);
    assertThat(pacer.inFlight(now)).isEqualTo(-1);
  }

  @Test
  void sendsOneRoundTripBeforeThePredictedArrival() {
    deliver(4);
    send();

    assertThat(pacer.gate(now)).isEqualTo(REST_NANOS - SETTINGS.slackNanos());
    assertThat(pacer.waiting()).isEqualTo(Waiting.LINK);
    now += REST_NANOS - SETTINGS.slackNanos();
    assertThat(pacer.gate(now)).isZero();
    assertThat(pacer.waiting()).isEqualTo(Waiting.NOT);
  }

  @Test
  void countsTheFramesBeforeInThePrediction() {
    deliver(4);
    send();
    now += REST_NANOS - SETTINGS.slackNanos();
    send();

    // The second arrives a whole frame after the first, and the third is to meet its end.
    assertThat(pacer.gate(now)).isEqualTo(WHOLE_NANOS);
  }

  @Test
  void predictsAnewFromTheFirstPong() {
    deliver(4);
    send();
    now += ROUND_TRIP_NANOS - 5 * NANOS_PER_MILLI;
    begins(4);

    assertThat(pacer.gate(now))
        .isEqualTo(REST_NANOS - (ROUND_TRIP_NANOS - 5 * NANOS_PER_MILLI) - SETTINGS.slackNanos());
  }

  @Test
  void waitsForAPongThatIsOverdue() {
    fill(20);
    send();
    now += REST_NANOS;
    assertThat(pacer.gate(now)).isZero();
    now += ROUND_TRIP_NANOS + NANOS_PER_MILLI;

    assertThat(pacer.gate(now)).isGreaterThan(100 * NANOS_PER_MILLI);
    assertThat(pacer.waiting()).isEqualTo(Waiting.LINK);
    begins(20);
    completes(20);
    assertThat(pacer.gate(now)).isZero();
  }

  /// 12 frames a second, of which the link takes half the time: less than one in a round trip.
  @Test
  void sendsOneFrameBehindAnOverduePongWhereTheCameraLeavesRoom() {
    deliver(20);
    send();
    now += ROUND_TRIP_NANOS + WHOLE_NANOS;

    assertThat(pacer.gate(now)).as("only a frame behind a lost last segment gets it").isZero();
    send();
    assertThat(pacer.gate(now)).as("and one does").isGreaterThan(100 * NANOS_PER_MILLI);
  }

  /// 14 frames a second, of which the link takes five eighths of the time: one comes in the time
  /// that a frame is away.
  @Test
  void sendsNoMoreThereThanTheLinkTakesInARoundTripAndAMoment() {
    overlap(20, 72 * NANOS_PER_MILLI);
    send();
    now += ROUND_TRIP_NANOS + WHOLE_NANOS;
    assertThat(pacer.gate(now)).isZero();
    send();

    assertThat(pacer.gate(now))
        .as("two take it 90 ms, more than 40 and 40")
        .isGreaterThan(100 * NANOS_PER_MILLI);
  }

  @Test
  void waitsForThePeerEvenThereWhenItHasBeenSilentForAMoment() {
    deliver(20);
    send();
    now += ROUND_TRIP_NANOS + SETTINGS.hiccupNanos();
    assertThat(pacer.gate(now)).isZero();
    now++;

    assertThat(pacer.gate(now)).isPositive();
  }

  @Test
  void believesTwoSlowFramesInARow() {
    deliver(20);
    for (int i = 0; i < 2; i++) {
      send();
      now += ROUND_TRIP_NANOS;
      begins(frames - 1);
      now += 4 * REST_NANOS;
      completes(frames - 1);
    }

    assertThat(pacer.linkBitsPerSecond()).isCloseTo(2e6, within(2e4));
  }

  @Test
  void doesNotBelieveOneSlowFrame() {
    deliver(20);
    send();
    now += ROUND_TRIP_NANOS;
    begins(20);
    now += 4 * REST_NANOS;
    completes(20);

    assertThat(pacer.linkBitsPerSecond()).isCloseTo(8e6, within(8e3));
  }

  /// A segment of the first of three frames is lost: the rest waits for it, then comes at once.
  private void stopped(long forNanos) {
    long first = frames;
    send();
    now += REST_NANOS;
    send();
    now += WHOLE_NANOS;
    send();
    now += Math.max(0, ROUND_TRIP_NANOS + forNanos - REST_NANOS - WHOLE_NANOS);
    begins(first);
    now += REST_NANOS;
    completes(first);
    for (long k = first + 1; k < first + 3; k++) {
      now += NANOS_PER_MILLI / 10;
      begins(k);
      completes(k);
    }
    now += NANOS_PER_SECOND / 2;
  }

  @Test
  void keepsTheRateWhenLossHoldsFramesBack() {
    deliver(20);
    for (int i = 0; i < 30; i++) {
      stopped(120 * NANOS_PER_MILLI);
      deliver(1);
    }

    assertThat(pacer.linkBitsPerSecond()).isBetween(6e6, 10e6);
  }

  @Test
  void goesOnSendingWhileAStopIsAsLongAsTheyUsuallyAre() {
    fill(20);
    for (int i = 0; i < 3; i++) {
      stopped(120 * NANOS_PER_MILLI);
      fill(20);
    }
    send();
    now += ROUND_TRIP_NANOS + REST_NANOS + 20 * NANOS_PER_MILLI;

    assertThat(pacer.gate(now)).isZero();
    now += 10 * NANOS_PER_SECOND / 100;
    assertThat(pacer.gate(now)).isPositive();
  }

  @Test
  void forgetsStopsAfterAWhile() {
    fill(20);
    for (int i = 0; i < 3; i++) {
      stopped(120 * NANOS_PER_MILLI);
      fill(20);
    }
    now += SETTINGS.memoryNanos();
    fill(20);
    send();
    now += ROUND_TRIP_NANOS + REST_NANOS + 20 * NANOS_PER_MILLI;

    assertThat(pacer.gate(now)).isPositive();
  }

  @Test
  void letsThePathRunEmptyWhenItsRoundTripIsOld() {
    deliver(4);
    // From here on there is always a frame on the way, and a queue of 20 ms that nobody drains.
    send();
    long end = now + 3 * SETTINGS.memoryNanos();
    boolean drained = false;
    long sentAt = now;
    while (now < end && !drained) {
      long oldest = frames - 1;
      now = sentAt + ROUND_TRIP_NANOS + 20 * NANOS_PER_MILLI;
      begins(oldest);
      drained = pacer.gate(now) > 100 * NANOS_PER_MILLI;
      if (!drained) {
        sentAt = now;
        send();
        now += REST_NANOS - NANOS_PER_MILLI;
        completes(oldest);
      } else {
        now += REST_NANOS;
        completes(oldest);
      }
    }

    assertThat(drained).isTrue();
    assertThat(pacer.gate(now)).as("goes on once it is empty").isZero();
  }

  @Test
  void sendsFewFramesUntilTheFirstPong() {
    send();
    assertThat(pacer.gate(now)).isEqualTo(SETTINGS.firstGapNanos());
    now += SETTINGS.firstGapNanos() - 1;
    assertThat(pacer.gate(now)).isEqualTo(1);
    now++;
    assertThat(pacer.gate(now)).isZero();
  }

  private void neverAnswer() {
    send();
    now += SETTINGS.answerNanos() - 1;
    send();
    assertThat(pacer.fellBack()).isFalse();
    now++;
    assertThat(pacer.gate(now)).isZero();
    send();

    assertThat(pacer.fellBack()).isTrue();
    for (int i = 0; i < 10 * SETTINGS.outstandingFrames(); i++) {
      assertThat(pacer.gate(now)).isZero();
      send();
    }
  }

  @Test
  void givesUpOnAPeerThatNeverAnswers() {
    neverAnswer();
  }

  @Test
  void pacesAgainWhenSuchAPeerAnswersAfterAll() {
    neverAnswer();

    assertThat(begins(0)).as("forgotten long ago").isFalse();
    assertThat(pacer.fellBack()).isTrue();
    assertThat(completes(frames - 1)).isTrue();
    assertThat(pacer.fellBack()).isFalse();
    assertThat(pacer.inFlight(now)).isZero();
  }

  @Test
  void risksOneFrameASecondWhenAPeerFallsSilent() {
    deliver(4);
    send();
    for (int i = 0; i < SETTINGS.probes(); i++) {
      now += SETTINGS.silenceNanos() - NANOS_PER_MILLI;
      assertThat(pacer.gate(now)).isEqualTo(NANOS_PER_MILLI);
      assertThat(pacer.waiting()).isEqualTo(Waiting.STALLED);
      now += NANOS_PER_MILLI;
      assertThat(pacer.gate(now)).isZero();
      send();
    }
    assertThat(pacer.fellBack()).isFalse();
    now += SETTINGS.silenceNanos();
    send();

    assertThat(pacer.fellBack()).as("one more than allowed").isTrue();
  }

  @Test
  void startsCountingAnewWhenTheSilenceEnds() {
    deliver(4);
    send();
    now += SETTINGS.silenceNanos();
    send();
    completes(5);
    send();
    for (int i = 0; i < SETTINGS.probes(); i++) {
      now += SETTINGS.silenceNanos();
      send();
    }

    assertThat(pacer.fellBack()).isFalse();
  }

  @Test
  void ignoresPongsItNeverAskedFor() {
    deliver(2);
    send();
    int before = pacer.inFlight(now);

    assertThat(pacer.onPong(now, FIRST + 6)).as("not sent yet").isFalse();
    assertThat(pacer.onPong(now, FIRST + 3)).as("old").isFalse();
    assertThat(pacer.onPong(now, FIRST - 1)).as("before the first").isFalse();
    assertThat(pacer.onPong(now, -1)).isFalse();
    assertThat(pacer.onPong(now, Long.MIN_VALUE)).isFalse();
    assertThat(pacer.onPong(now, Long.MAX_VALUE)).isFalse();
    assertThat(pacer.inFlight(now)).isEqualTo(before).isEqualTo(1);
  }

  @Test
  void ignoresAPongThatComesTwice() {
    deliver(2);
    send();
    now += ROUND_TRIP_NANOS;

    assertThat(begins(2)).isTrue();
    assertThat(begins(2)).isFalse();
    now += REST_NANOS;
    assertThat(completes(2)).isTrue();
    assertThat(completes(2)).isFalse();
  }

  @Test
  void takesAPongForAllFramesBefore() {
    deliver(2);
    send();
    send();
    send();
    assertThat(pacer.inFlight(now)).isEqualTo(3);
    now += 4 * ROUND_TRIP_NANOS;

    begins(4);
    assertThat(pacer.inFlight(now)).isEqualTo(1);
    completes(4);
    assertThat(pacer.inFlight(now)).isZero();
    assertThat(completes(3)).isFalse();
  }

  @Test
  void getsAlongWithAClientThatAnswersOnlyTheLatestPing() {
    for (int i = 0; i < 30; i++) {
      send();
      now += ROUND_TRIP_NANOS + REST_NANOS;
      completes(frames - 1);
    }

    assertThat(pacer.gate(now)).isZero();
    assertThat(pacer.fellBack()).isFalse();
    assertThat(pacer.roundTripNanos()).isBetween(1L, ROUND_TRIP_NANOS + REST_NANOS);
  }

  @Test
  void neverHasMoreFramesOnTheWayThanItCanRemember() {
    // A peer without a rate limit but with a second of delay.
    for (int i = 0; i < 3; i++) {
      send();
      now += NANOS_PER_SECOND;
      begins(frames - 1);
      completes(frames - 1);
    }
    int sent = 0;
    while (sent < 1_000 && pacer.gate(now) == 0) {
      send();
      sent++;
    }

    assertThat(sent).isEqualTo(SETTINGS.outstandingFrames() - 1);
    assertThat(pacer.inFlight(now)).isEqualTo(sent);
  }

  /// What the system says of the way to the peer.
  private void pathHas(long unsent, long queueNanos) {
    assertThat(pacer.gate(now)).isPositive();
    assertThat(pacer.wantsPath(now)).isTrue();
    pacer.path(now, new PathWord(unsent, ROUND_TRIP_NANOS + queueNanos, 0, ROUND_TRIP_NANOS));
  }

  @Test
  void sendsEarlierThanEstimatedWhereTheSystemFindsNothingWaiting() {
    fill(20);
    send();
    pathHas(0, 0);

    assertThat(pacer.gate(now)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "0, 11"})
  void keepsToItsEstimateWhereTheSystemFindsSomethingWaiting(long unsent, long queueMillis) {
    fill(20);
    send();
    pathHas(unsent, queueMillis * NANOS_PER_MILLI);

    assertThat(pacer.gate(now)).isPositive();
  }

  /// The next word may be a round trip old.
  @Test
  void sendsOneFrameAtATimeEarlierThanEstimated() {
    fill(20);
    send();
    pathHas(0, 0);
    assertThat(pacer.gate(now)).isZero();
    send();
    pathHas(0, 0);

    assertThat(pacer.gate(now)).isPositive();
  }

  @Test
  void wantsNoWordOnThePathWhereAFrameMayGo() {
    fill(20);

    assertThat(pacer.gate(now)).isZero();
    assertThat(pacer.wantsPath(now)).isFalse();
  }

  @Test
  void wantsNoWordOnThePathBeforeTheLinkIsKnown() {
    send();

    assertThat(pacer.gate(now)).isPositive();
    assertThat(pacer.wantsPath(now)).isFalse();
  }
}
