// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LatencyWindowTest {

  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;

  private final LatencyWindow window = new LatencyWindow();

  private Latency read(long nowNanos) {
    return Objects.requireNonNull(window.read(nowNanos));
  }

  @Test
  void saysNothingBeforeTheFirst() {
    assertThat(window.read(5)).isNull();
  }

  @Test
  void percentilesAreThoseOfTheSortedDurationsWithinTheErrorItStates() {
    Random random = new Random(5);
    double[] millis = new double[900];
    for (int i = 0; i < millis.length; i++) {
      millis[i] = Math.exp(random.nextDouble(Math.log(20_000)));
      assertThat(window.record(SECOND + i, (long) (millis[i] * MILLI), MILLI)).isTrue();
    }
    Arrays.sort(millis);
    Latency latency = read(SECOND + 900);

    Offset<Double> error = Offset.offset(latency.errorMillis() - 1);
    assertThat(latency.p50Millis()).isCloseTo(millis[449], error);
    assertThat(latency.p95Millis()).isCloseTo(millis[854], error);
    assertThat(latency.p99Millis()).isCloseTo(millis[890], error);
    assertThat(latency.frames()).isEqualTo(900);
    assertThat(latency.errorMillis()).isLessThan(1 + 0.1 + latency.p99Millis() / 100);
  }

  @Test
  void forgetsWhatIsTwentySecondsOld() {
    window.record(0, 500 * MILLI, 9 * MILLI);
    window.record(9 * SECOND, 500 * MILLI, 9 * MILLI);
    window.record(11 * SECOND, 5 * MILLI, MILLI);
    assertThat(read(19 * SECOND).frames()).isEqualTo(3);
    assertThat(read(19 * SECOND).errorMillis()).isGreaterThan(9);
    assertThat(read(20 * SECOND).frames()).isEqualTo(1);
    assertThat(read(20 * SECOND).p99Millis()).isCloseTo(5, Offset.offset(0.1));
    assertThat(read(20 * SECOND).errorMillis()).isLessThan(2);
    assertThat(window.read(30 * SECOND)).isNull();
    window.record(300 * SECOND, MILLI, 0);
    assertThat(read(301 * SECOND).frames()).isEqualTo(1);
  }

  @Test
  void countsNothingThatCannotBeTrue() {
    assertThat(window.record(0, -3 * MILLI, 2 * MILLI)).isFalse();
    assertThat(window.record(0, LatencyWindow.MAX_NANOS + 1, 0)).isFalse();
    assertThat(window.read(0)).isNull();
    assertThat(window.record(0, -2 * MILLI, 2 * MILLI)).isTrue();
    assertThat(window.record(0, LatencyWindow.MAX_NANOS, 0)).isTrue();
    assertThat(read(0).p50Millis()).isZero();
    assertThat(read(0).p99Millis()).isCloseTo(60_000, Offset.offset(500.0));
  }

  @Test
  void bucketsAreCumulativeAndOneDurationPerHopCounts() {
    HopHistograms totals = new HopHistograms();
    HopWindows windows = new HopWindows(totals);
    windows.record(Hop.UPLINK, 0, MILLI, 0); // on a bound: it belongs to it
    windows.record(Hop.UPLINK, 0, 1_200_000, 0);
    windows.record(Hop.UPLINK, 0, 30 * SECOND, 0);
    windows.record(Hop.UPLINK, 0, 90 * SECOND, 0); // cannot be true
    HopHistograms.Buckets buckets = totals.read(Hop.UPLINK);

    assertThat(buckets.cumulative()).hasSize(buckets.boundsSeconds().length + 1);
    assertThat(buckets.cumulative()[0]).isEqualTo(1);
    assertThat(buckets.cumulative()[1]).isEqualTo(2);
    assertThat(buckets.cumulative()[buckets.boundsSeconds().length - 1]).isEqualTo(2);
    assertThat(buckets.cumulative()[buckets.boundsSeconds().length]).isEqualTo(3);
    assertThat(buckets.sumSeconds()).isCloseTo(30.0022, Offset.offset(1e-9));
    assertThat(totals.read(Hop.RELAY).cumulative()).containsOnly(0);
    assertThat(windows.read(0)).containsOnlyKeys(Hop.UPLINK);
  }
}
