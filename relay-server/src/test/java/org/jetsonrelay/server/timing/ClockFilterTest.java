// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ClockFilterTest {

  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  private static final long EPOCH = 1_755_500_000L * SECOND;

  private final ClockFilter filter = new ClockFilter();

  /// What the peer's clock really shows.
  private long offset = EPOCH;

  private double drift;
  private long nowNanos = 77 * SECOND;

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
    assertThat(exchange(20 * MILLI, 300 * MILLI, 20 * MILLI)).isTrue();
    assertThat(wrongNanos()).isLessThan(1_000);
    assertThat(estimate().roundTripNanos()).isEqualTo(40 * MILLI);
    assertThat(estimate().errorNanos(estimate().atNanos()))
        .isEqualTo(20 * MILLI + ClockFilter.RESOLUTION_NANOS);
  }

  @Test
  void theWholeRoundTripOnOneSideIsWrongByHalfOfItAndTheBoundSaysSo() {
    exchange(40 * MILLI, 0, 0);
    assertThat(wrongNanos()).isCloseTo(20 * MILLI, Offset.offset(MILLI));
    assertThat(wrongNanos()).isLessThanOrEqualTo(estimate().errorNanos(nowNanos));
  }

  @Test
  void believesTheShortestRoundTripOfManyQueuedOnes() {
    Random random = new Random(3);
    for (int i = 0; i < 12; i++) {
      exchange(5 * MILLI + random.nextLong(200 * MILLI), MILLI, 5 * MILLI);
      nowNanos += SECOND / 4;
    }
    exchange(5 * MILLI, MILLI, 5 * MILLI);
    exchange(90 * MILLI, MILLI, 5 * MILLI);
    assertThat(estimate().roundTripNanos()).isEqualTo(10 * MILLI);
    assertThat(wrongNanos()).isLessThan(MILLI);
  }

  @Test
  void theBoundHoldsOnRandomWaysWithADriftingClockForAnHour() {
    Random random = new Random(11);
    drift = 180e-6;
    for (int i = 0; i < 720; i++) {
      exchange(2 * MILLI + random.nextLong(80 * MILLI), 0, 2 * MILLI + random.nextLong(80 * MILLI));
      nowNanos += 5 * SECOND;
      assertThat(wrongNanos())
          .as("exchange %d", i)
          .isLessThanOrEqualTo(estimate().errorNanos(nowNanos));
    }
  }

  @Test
  void learnsTheDriftAndThenKeepsAGoodExchangeForLonger() {
    drift = 120e-6;
    for (int i = 0; i < 60; i++) {
      exchange(MILLI, 0, MILLI);
      nowNanos += 5 * SECOND;
    }
    assertThat(estimate().drift()).isCloseTo(120e-6, Offset.offset(15e-6));
    assertThat(estimate().driftError()).isLessThan(100e-6);
    nowNanos += 60 * SECOND;
    assertThat(wrongNanos()).isLessThan(2 * MILLI);
    assertThat(wrongNanos()).isLessThanOrEqualTo(estimate().errorNanos(nowNanos));
  }

  @Test
  void forgetsWhatItKnewWhenThePeersClockIsSet() {
    for (int i = 0; i < 40; i++) {
      exchange(MILLI, 0, MILLI);
      nowNanos += SECOND;
    }
    offset += 3_600 * SECOND;
    exchange(30 * MILLI, 0, 30 * MILLI);
    assertThat(wrongNanos()).isLessThan(MILLI);
    offset -= 20 * 365 * 86_400 * SECOND; // back to the year of its manufacture
    exchange(30 * MILLI, 0, 30 * MILLI);
    assertThat(wrongNanos()).isLessThan(MILLI);
    assertThat(estimate().roundTripNanos()).isEqualTo(60 * MILLI);
  }

  @Test
  void refusesStampsThatCannotBeTrue() {
    assertThat(filter.add(100 * MILLI, EPOCH, EPOCH - 1, 200 * MILLI)).isFalse();
    assertThat(filter.add(100 * MILLI, EPOCH, EPOCH, 99 * MILLI)).isFalse();
    assertThat(filter.add(100 * MILLI, EPOCH, EPOCH + 500 * MILLI, 200 * MILLI)).isFalse();
    assertThat(filter.estimate()).isNull();
    // A clock of whole milliseconds may well seem to have held it for longer than it was away.
    assertThat(filter.add(100 * MILLI, EPOCH, EPOCH + MILLI, 100 * MILLI + 500_000)).isTrue();
    assertThat(estimate().roundTripNanos()).isZero();
  }

  @Test
  void survivesTheRunningTimesWrappingAround() {
    nowNanos = Long.MAX_VALUE - 4 * SECOND;
    for (int i = 0; i < 10; i++) {
      exchange(20 * MILLI, MILLI, 20 * MILLI);
      assertThat(wrongNanos()).isLessThan(MILLI);
      assertThat(estimate().errorNanos(nowNanos)).isLessThan(25 * MILLI);
      nowNanos += SECOND;
    }
    assertThat(nowNanos).isNegative();
    assertThat(estimate().relayNanos(peer(nowNanos))).isCloseTo(nowNanos, Offset.offset(MILLI));
  }

  @Test
  void goesBothWays() {
    drift = 200e-6;
    for (int i = 0; i < 60; i++) {
      exchange(MILLI, 0, MILLI);
      nowNanos += 5 * SECOND;
    }
    long later = nowNanos + 10 * SECOND;
    assertThat(estimate().relayNanos(estimate().peerNanos(later)))
        .isCloseTo(later, Offset.offset(10_000L));
  }
}
