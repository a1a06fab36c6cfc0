// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jetsonrelay.server.cluster.Members.Heard;
import org.junit.jupiter.api.Test;

/// Who is in the cluster, what each camera is called here, and who wants what.
class MembersTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long LEASE = 2 * SECOND;

  private static final ClusterSettings SETTINGS =
      new ClusterSettings(
          List.of("nats://x"),
          "self",
          "p",
          1,
          BusLogin.NONE,
          2,
          3,
          1_000,
          1_000,
          16,
          Duration.ofMillis(500),
          Duration.ofNanos(LEASE),
          Duration.ofSeconds(2),
          Duration.ofMillis(1));

  private final Members members = new Members(SETTINGS, 1);
  private long now = Long.MAX_VALUE - SECOND; // wraps, as nanoTime may

  private Heard hear(long node, String name) {
    return members.heard(new BusMessage.Sender(node, name), now);
  }

  private void announce(long node, String... cameras) {
    announce(node, 0, cameras);
  }

  private void announce(long node, long attachedMillis, String... cameras) {
    members.table(
        node,
        Stream.of(cameras)
            .map(name -> new BusMessage.Entry(name, true, attachedMillis, 1, 1, 1, 1))
            .toList(),
        now);
  }

  private Map<Naming.Key, String> shown(String... taken) {
    return Naming.shown(members.all(), Set.of(taken));
  }

  private static Naming.Key key(long node, String camera) {
    return new Naming.Key(node, camera);
  }

  @Test
  void aRelayIsKnownUntilItHasBeenSilentForALease() {
    assertThat(hear(2, "barn")).isEqualTo(Heard.NEWCOMER);
    assertThat(hear(2, "barn")).isEqualTo(Heard.KNOWN);
    announce(2, "front");
    now += LEASE - 1;
    assertThat(members.expire(now)).isEmpty();
    now += 1;
    assertThat(members.expire(now)).containsExactly("barn");
    assertThat(members.all()).isEmpty();
    assertThat(members.cameras()).isZero();
    assertThat(hear(2, "barn")).isEqualTo(Heard.NEWCOMER);
  }

  @Test
  void aNameBelongsToWhoHasItUntilThatIsGone() {
    assertThat(hear(2, "self")).isEqualTo(Heard.NAME_CLASH);
    hear(2, "barn");
    assertThat(hear(3, "barn")).isEqualTo(Heard.NAME_CLASH);
    assertThat(hear(2, "stable")).isEqualTo(Heard.NAME_CLASH);
    assertThat(hear(1, "me")).isEqualTo(Heard.NAME_CLASH); // its own messages come back
    now += LEASE;
    members.expire(now);
    assertThat(hear(3, "barn")).isEqualTo(Heard.NEWCOMER);
  }

  @Test
  void oneRelayTooManyIsIgnored() {
    hear(2, "barn");
    hear(3, "field");
    assertThat(hear(4, "wood")).isEqualTo(Heard.FULL);
    assertThat(members.leave(2)).isTrue();
    assertThat(members.leave(2)).isFalse();
    assertThat(hear(4, "wood")).isEqualTo(Heard.NEWCOMER);
  }

  @Test
  void oneCameraTooManyIsCutOff() {
    hear(2, "barn");
    hear(3, "field");
    announce(2, "a", "b");
    announce(3, "c");
    assertThat(members.truncated()).isFalse();
    announce(3, "c", "d");
    assertThat(members.truncated()).isTrue();
    assertThat(shown()).hasSize(3).containsEntry(key(3, "c"), "c");
    announce(2, "a");
    announce(3, "c", "d");
    assertThat(members.truncated()).isFalse();
    assertThat(members.cameras()).isEqualTo(3);
  }

  @Test
  void aTableOfAStrangerIsIgnored() {
    announce(9, "a");
    assertThat(members.cameras()).isZero();
  }

  @Test
  void ofTwoCamerasTheOneThatConnectedLastHasTheName() {
    hear(2, "barn");
    hear(3, "field");
    announce(2, 60_000, "robot");
    announce(3, 30_000, "robot");
    assertThat(shown())
        .containsOnly(
            Map.entry(key(2, "robot"), "robot@barn"), Map.entry(key(3, "robot"), "robot"));

    // The robot comes back at the first one.
    announce(2, 0, "robot");
    assertThat(shown())
        .containsOnly(
            Map.entry(key(2, "robot"), "robot"), Map.entry(key(3, "robot"), "robot@field"));
  }

  @Test
  void aMessageThatIsLateDoesNotChangeWhoCameFirst() {
    hear(2, "barn");
    hear(3, "field");
    announce(2, 1_000, "robot");
    announce(3, 900, "robot");
    now += SECOND;
    announce(2, 1_700, "robot"); // was 300 ms under way
    announce(3, 1_900, "robot");
    assertThat(shown()).containsEntry(key(3, "robot"), "robot");
  }

  @Test
  void aCameraOfThisRelayKeepsItsName() {
    hear(2, "barn");
    announce(2, "front", "rear");
    assertThat(shown("front"))
        .containsOnly(Map.entry(key(2, "front"), "front@barn"), Map.entry(key(2, "rear"), "rear"));
  }

  @Test
  void aLeaseHoldsForItsTimeAndForWhatThereIs() {
    Leases leases = new Leases(LEASE);
    leases.grant(2, List.of("front", "front", "nowhere"), Set.of("front", "rear"), now);
    leases.grant(3, List.of("front", "rear"), Set.of("front", "rear"), now + 1);
    assertThat(leases.wanted())
        .containsOnly(Map.entry("front", Set.of(2L, 3L)), Map.entry("rear", Set.of(3L)));

    leases.expire(now + LEASE - 1);
    assertThat(leases.wanted()).hasSize(2);
    leases.expire(now + LEASE);
    assertThat(leases.wanted())
        .containsOnly(Map.entry("front", Set.of(3L)), Map.entry("rear", Set.of(3L)));

    leases.grant(3, List.of("rear"), Set.of("front", "rear"), now + 2);
    assertThat(leases.wanted()).containsOnly(Map.entry("rear", Set.of(3L)));
    leases.drop(3);
    assertThat(leases.wanted()).isEmpty();
  }
}
