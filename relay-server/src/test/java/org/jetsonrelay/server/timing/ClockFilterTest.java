// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ClockFilterTest {

  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final long NANOS_PER_SECOND = 1_000 * NANOS_PER_MILLI;
  private static final long EPOCH = 1_755_500_000L * NANOS_PER_SECOND;

  private final ClockFilter filter = new ClockFilter();

  /// What the peer's clock really shows.
  private long offset = EPOCH;

  private double drift;
  private long nowNanos = 77 * NANOS_PER_SECOND;

  private long peer(long relayNanos) {
    return relayNanos + offset + (long) (drift * relayNanos);
  }

  /// One exchange of which the way there and back take so long; the peer holds it for a while.
  private boolean exchange(long thereNanos, long heldNanos, long backNanos) {
    long t1 = nowNanos;
    long t2 = t1 + thereNanos;
    long t3 = t2 + heldNanos;
    long t4 = t3 + backNanos;
    nowNanos = t4;
    return filter.add(t1, peer(t2), peer(t3), t4);
  }

  private ClockEstimate estimate() {
    return Objects.requireNonNull(filter.estimate());
  }

  /// How wrong the estimate is about now.
  private long wrongNanos() {
    return Math.abs(estimate().peerNanos(nowNanos) - peer(nowNanos));
  }

  @Test
  void knowsNothingBeforeTheFirstExchange() {
    assertThat(filter.estimate()).isNull();
  }

  @Test
  void aSymmetricExchangeIsExactHoweverLongThePeerHeldIt() {
    assertThat(exchange(20 * NANOS_PER_MILLI, 300 * NANOS_PER_MILLI, 20 * NANOS_PER_MILLI))
        .isTrue();
    assertThat(wrongNanos()).isLessThan(1_000);
    assertThat(estimate().roundTripNanos()).isEqualTo(40 * NANOS_PER_MILLI);
    assertThat(estimate().errorNanos(estimate().atNanos()))
        .isEqualTo(20 * NANOS_PER_MILLI + ClockFilter.RESOLUTION_NANOS);
  }

  @Test
  void theWholeRoundTripOnOneSideIsWrongByHalfOfItAndTheBoundSaysSo() {
    exchange(40 * NANOS_PER_MILLI, 0, 0);
    assertThat(wrongNanos()).isCloseTo(20 * NANOS_PER_MILLI, Offset.offset(NANOS_PER_MILLI));
    assertThat(wrongNanos()).isLessThanOrEqualTo(estimate().errorNanos(nowNanos));
  }

  @Test
  void believesTheShortestRoundTripOfManyQueuedOnes() {
    Random random = new Random(3);
    for (int i = 0; i < 12; i++) {
      exchange(
          5 * NANOS_PER_MILLI + random.nextLong(200 * NANOS_PER_MILLI),
          NANOS_PER_MILLI,
          5 * NANOS_PER_MILLI);
      nowNanos += NANOS_PER_SECOND / 4;
    }
    exchange(5 * NANOS_PER_MILLI, NANOS_PER_MILLI, 5 * NANOS_PER_MILLI);
    exchange(90 * NANOS_PER_MILLI, NANOS_PER_MILLI, 5 * NANOS_PER_MILLI);
    assertThat(estimate().roundTripNanos()).isEqualTo(10 * NANOS_PER_MILLI);
    assertThat(wrongNanos()).isLessThan(NANOS_PER_MILLI);
  }

  @Test
  void theBoundHoldsOnRandomWaysWithADriftingClockForAnHour() {
    Random random = new Random(11);
    drift = 180e-6;
    for (int i = 0; i < 720; i++) {
      exchange(
          2 * NANOS_PER_MILLI + random.nextLong(80 * NANOS_PER_MILLI),
          0,
          2 * NANOS_PER_MILLI + random.nextLong(80 * NANOS_PER_MILLI));
      nowNanos += 5 * NANOS_PER_SECOND;
      assertThat(wrongNanos())
          .as("exchange %d", i)
          .isLessThanOrEqualTo(estimate().errorNanos(nowNanos));
    }
  }

  @Test
  void learnsTheDriftAndThenKeepsAGoodExchangeForLonger() {
    drift = 120e-6;
    for (int i = 0; i < 60; i++) {
      exchange(NANOS_PER_MILLI, 0, NANOS_PER_MILLI);
      nowNanos += 5 * NANOS_PER_SECOND;
    }
    assertThat(estimate().drift()).isCloseTo(120e-6, Offset.offset(15e-6));
    assertThat(estimate().driftError()).isLessThan(100e-6);
    nowNanos += 60 * NANOS_PER_SECOND;
    assertThat(wrongNanos()).isLessThan(2 * NANOS_PER_MILLI);
    assertThat(wrongNanos()).isLessThanOrEqualTo(estimate().errorNanos(nowNanos));
  }

  @Test
  void forgetsWhatItKnewWhenThePeersClockIsSet() {
    for (int i = 0; i < 40; i++) {
      exchange(NANOS_PER_MILLI, 0, NANOS_PER_MILLI);
      nowNanos += NANOS_PER_SECOND;
    }
    offset += 3_600 * NANOS_PER_SECOND;
    exchange(30 * NANOS_PER_MILLI, 0, 30 * NANOS_PER_MILLI);
    assertThat(wrongNanos()).isLessThan(NANOS_PER_MILLI);
    offset -= 20 * 365 * 86_400 * NANOS_PER_SECOND; // back to the year of its manufacture
    exchange(30 * NANOS_PER_MILLI, 0, 30 * NANOS_PER_MILLI);
    assertThat(wrongNanos()).isLessThan(NANOS_PER_MILLI);
    assertThat(estimate().roundTripNanos()).isEqualTo(60 * NANOS_PER_MILLI);
  }

  @Test
  void refusesStampsThatCannotBeTrue() {
    assertThat(filter.add(100 * NANOS_PER_MILLI, EPOCH, EPOCH - 1, 200 * NANOS_PER_MILLI))
        .isFalse();
    assertThat(filter.add(100 * NANOS_PER_MILLI, EPOCH, EPOCH, 99 * NANOS_PER_MILLI)).isFalse();
    assertThat(
            filter.add(
                100 * NANOS_PER_MILLI, EPOCH, EPOCH + 500 * NANOS_PER_MILLI, 200 * NANOS_PER_MILLI))
        .isFalse();
    assertThat(filter.estimate()).isNull();
    // A clock of whole milliseconds may well seem to have held it for longer than it was away.
    assertThat(
            filter.add(
                100 * NANOS_PER_MILLI,
                EPOCH,
                EPOCH + NANOS_PER_MILLI,
                100 * NANOS_PER_MILLI + 500_000))
        .isTrue();
    assertThat(estimate().roundTripNanos()).isZero();
  }

  @Test
  void survivesTheRunningTimesWrappingAround() {
    nowNanos = Long.MAX_VALUE - 4 * NANOS_PER_SECOND;
    for (int i = 0; i < 10; i++) {
      exchange(20 * NANOS_PER_MILLI, NANOS_PER_MILLI, 20 * NANOS_PER_MILLI);
      assertThat(wrongNanos()).isLessThan(NANOS_PER_MILLI);
      assertThat(estimate().errorNanos(nowNanos)).isLessThan(25 * NANOS_PER_MILLI);
      nowNanos += NANOS_PER_SECOND;
    }
    assertThat(nowNanos).isNegative();
    assertThat(estimate().relayNanos(peer(nowNanos)))
        .isCloseTo(nowNanos, Offset.offset(NANOS_PER_MILLI));
  }

  @Test
  void goesBothWays() {
    drift = 200e-6;
    for (int i = 0; i < 60; i++) {
      exchange(NANOS_PER_MILLI, 0, NANOS_PER_MILLI);
      nowNanos += 5 * NANOS_PER_SECOND;
    }
    long later = nowNanos + 10 * NANOS_PER_SECOND;
    assertThat(estimate().relayNanos(estimate().peerNanos(later)))
        .isCloseTo(later, Offset.offset(10_000L));
  }
}
