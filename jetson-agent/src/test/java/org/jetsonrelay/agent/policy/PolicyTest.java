// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Demand, frame watch, keep-alive and latencies: time goes in as a number. */
class PolicyTest {

  private static final long SECOND = 1_000_000_000;

  @Test
  void capturesAndSendsOnDemand() {
    Demand demand = new Demand(false, Duration.ofSeconds(10));
    assertThat(demand.capturing(0)).isFalse();
    demand.registered();
    assertThat(demand.sending()).isFalse();
    demand.started();
    assertThat(demand.capturing(0)).isTrue();
    assertThat(demand.sending()).isTrue();
    demand.stopped();
    assertThat(demand.capturing(0)).isFalse();
    assertThat(demand.sending()).isFalse();
  }

  @Test
  void capturesForAWhileWithoutAConnection() {
    Demand demand = new Demand(false, Duration.ofSeconds(10));
    demand.registered();
    demand.started();
    demand.disconnected(5 * SECOND);
    assertThat(demand.sending()).isFalse();
    assertThat(demand.nanosToChange(6 * SECOND)).isEqualTo(9 * SECOND);
    assertThat(demand.capturing(15 * SECOND - 1)).isTrue();
    assertThat(demand.capturing(15 * SECOND)).isFalse();
    assertThat(demand.state()).isEqualTo(Demand.State.IDLE);
  }

  @Test
  void waitsForTheRelayToAskAgainAfterAReconnection() {
    Demand demand = new Demand(false, Duration.ofSeconds(10));
    demand.registered();
    demand.started();
    demand.disconnected(0);
    demand.registered();
    assertThat(demand.sending()).isFalse();
    demand.started();
    assertThat(demand.sending()).isTrue();
    assertThat(demand.capturing(100 * SECOND)).isTrue();
  }

  @Test
  void anAlwaysOnCameraOnlyNeedsAConnection() {
    Demand demand = new Demand(true, Duration.ofSeconds(10));
    assertThat(demand.capturing(0)).isTrue();
    assertThat(demand.sending()).isFalse();
    demand.registered();
    demand.stopped();
    assertThat(demand.sending()).isTrue();
    demand.disconnected(0);
    assertThat(demand.sending()).isFalse();
    assertThat(demand.capturing(100 * SECOND)).isTrue();
  }

  @Test
  void givesTheFirstFrameMoreTimeThanTheNext() {
    FrameWatch watch = new FrameWatch(Duration.ofSeconds(10), Duration.ofSeconds(3));
    watch.opened(0);
    assertThat(watch.silent(10 * SECOND - 1)).isFalse();
    assertThat(watch.silent(10 * SECOND)).isTrue();
    assertThat(watch.frame(9 * SECOND)).isTrue();
    assertThat(watch.frame(9 * SECOND)).isFalse();
    assertThat(watch.silent(12 * SECOND - 1)).isFalse();
    assertThat(watch.silent(12 * SECOND)).isTrue();
    assertThat(watch.limit()).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void pingsOnceAPeriodAndGivesUpAfterTwoInSilence() {
    Keepalive keepalive = new Keepalive(Duration.ofSeconds(10), 0);
    assertThat(keepalive.pingDue(10 * SECOND - 1)).isFalse();
    assertThat(keepalive.pingDue(10 * SECOND)).isTrue();
    assertThat(keepalive.pingDue(10 * SECOND)).isFalse();
    assertThat(keepalive.dead(0, 20 * SECOND - 1)).isFalse();
    assertThat(keepalive.dead(0, 20 * SECOND)).isTrue();
    assertThat(keepalive.dead(SECOND, 20 * SECOND)).isFalse();
    assertThat(keepalive.nanosToChange(0, 12 * SECOND)).isEqualTo(8 * SECOND);
    assertThat(keepalive.nanosToChange(11 * SECOND, 12 * SECOND)).isEqualTo(8 * SECOND);
    assertThat(keepalive.nanosToChange(0, 50 * SECOND)).isZero();
  }

  @Test
  void quantilesAreExactWhereItMattersAndNearElsewhere() {
    Latencies latencies = new Latencies();
    assertThat(latencies.quantile(0.5)).isZero();
    for (int i = 1; i <= 100; i++) {
      latencies.record(i <= 50 ? 7 : 1000);
    }
    assertThat(latencies.quantile(0.5)).isEqualTo(7);
    assertThat(latencies.quantile(0.99)).isBetween(1000L, 1125L);
    assertThat(latencies.count()).isEqualTo(100);
    latencies.clear();
    assertThat(latencies.count()).isZero();
  }

  @Test
  void everyLatencyFallsIntoABucketThatHoldsIt() {
    for (long millis = 0; millis < 100_000; millis = millis < 300 ? millis + 1 : millis * 9 / 8) {
      Latencies latencies = new Latencies();
      latencies.record(millis);
      assertThat(latencies.quantile(1)).isBetween(millis, millis + millis / 8);
    }
  }

  @Test
  void absurdLatenciesAreCounted() {
    Latencies latencies = new Latencies();
    latencies.record(-5);
    assertThat(latencies.quantile(1)).isZero();
    latencies.record(Long.MAX_VALUE);
    assertThat(latencies.quantile(1)).isGreaterThanOrEqualTo(3_600_000);
  }
}
