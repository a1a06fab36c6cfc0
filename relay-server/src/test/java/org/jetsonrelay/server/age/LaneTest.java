// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.jetsonrelay.server.pacing.Link;
import org.junit.jupiter.api.Test;

class LaneTest {

  /// A millisecond.
  private static final long TICK = 1_000_000;

  /// A packet of so many bytes takes one millisecond at 8 Mbit/s.
  private static final int PACKET = 1_000;

  private static Link link(String rate, double delay, double jitter, double loss, double queue) {
    return new Link("link", Links.rate(rate), delay, jitter, 20, loss, queue);
  }

  private static Lane lane(String rate, double delayMillis, double queueMillis) {
    return new Lane(link(rate, delayMillis, 0, 0, queueMillis), 1);
  }

  /// Departures of packets that all come at once.
  private static List<Long> burst(Lane lane, int packets) {
    List<Long> departures = new ArrayList<>();
    for (int i = 0; i < packets; i++) {
      departures.add(lane.offer(0, PACKET));
    }
    return departures;
  }

  @Test
  void aPacketTakesItsTimeOnTheLinkAndThenTheDelay() {
    assertThat(lane("8M", 20, 100).offer(5 * TICK, PACKET)).isEqualTo(26 * TICK);
  }

  @Test
  void packetsWaitForThoseBefore() {
    Lane lane = lane("8M", 20, 100);

    assertThat(burst(lane, 3)).containsExactly(21 * TICK, 22 * TICK, 23 * TICK);
    assertThat(lane.longestWaitNanos()).isEqualTo(2 * TICK);
    assertThat(lane.offer(50 * TICK, PACKET)).as("later, alone").isEqualTo(71 * TICK);
  }

  @Test
  void theQueueHoldsWhatTheLinkSendsInItsTimeAndDropsTheRest() {
    Lane lane = lane("8M", 0, 10);

    assertThat(burst(lane, 10)).doesNotContain(Lane.DROPPED);
    assertThat(lane.offer(0, PACKET)).isEqualTo(Lane.DROPPED);
    assertThat(lane.dropped()).isEqualTo(1);
    assertThat(lane.offer(TICK + 1_000, PACKET))
        .as("when one has left")
        .isCloseTo(11 * TICK, within(1_000L));
  }

  @Test
  void evenAVeryShortQueueHoldsTwoFullPackets() {
    Lane lane = lane("80k", 0, 1);

    assertThat(lane.offer(0, 1_500)).isPositive();
    assertThat(lane.offer(0, 1_500)).isPositive();
    assertThat(lane.offer(0, 40)).isEqualTo(Lane.DROPPED);
  }

  @Test
  void aRateThatChangesCountsWithinAPacket() {
    // Half of the packet in the last half millisecond at 8 Mbit/s, the rest at 2 Mbit/s.
    long departure = lane("8M:1,2M:1", 0, 100).offer(1_000 * TICK - TICK / 2, PACKET);

    assertThat(departure).isCloseTo(1_002 * TICK, within(1_000L));
  }

  @Test
  void aLinkThatIsDownKeepsPacketsUntilItIsUp() {
    Lane lane = lane("8M:1,0:3", 0, 100);

    assertThat(lane.offer(2_000 * TICK, PACKET)).isCloseTo(4_001 * TICK, within(1_000L));
    assertThat(lane.offer(6_000 * TICK, PACKET))
        .as("the schedule is repeated")
        .isCloseTo(8_001 * TICK, within(1_000L));
  }

  @Test
  void losesAboutAsManyAsItShallAndTheSameForTheSameSeed() {
    List<Long> first = paced(new Lane(link("8M", 20, 0, 2, 100), 7), 10_000);

    long lost = first.stream().filter(departure -> departure == Lane.LOST).count();
    assertThat(lost).isBetween(100L, 300L);
    assertThat(paced(new Lane(link("8M", 20, 0, 2, 100), 7), 10_000)).isEqualTo(first);
    assertThat(paced(new Lane(link("8M", 20, 0, 2, 100), 8), 10_000)).isNotEqualTo(first);
  }

  @Test
  void jitterStaysWithinItsBoundsAndNeverReorders() {
    List<Long> departures = paced(new Lane(link("8M", 30, 15, 0, 100), 3), 5_000);

    assertThat(departures).isSorted();
    double sum = 0;
    for (int i = 0; i < departures.size(); i++) {
      double millis = departures.get(i) / 1e6 - 2.0 * i;
      assertThat(millis).isBetween(31.0, 61.0);
      sum += millis;
    }
    assertThat(sum / departures.size()).as("mean").isBetween(42.0, 52.0);
  }

  /// Departures of packets that come at half of the link's rate.
  private static List<Long> paced(Lane lane, int packets) {
    List<Long> departures = new ArrayList<>();
    for (int i = 0; i < packets; i++) {
      departures.add(lane.offer(2L * i * TICK, PACKET));
    }
    return departures;
  }

  @Test
  void refusesALinkThatHoldsMoreThanFitsInMemory() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> lane("1000M", 0, 3_000))
        .withMessageContaining("at most 65536");
  }
}
