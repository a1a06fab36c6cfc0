// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Cameras of other relays beside those of this one.
class HubRemoteCamerasTest {

  private final TestHub on = new TestHub();

  /// A publisher of another relay that writes down what it is told.
  private static final class Remote implements Publisher {
    private final String id;
    private final List<String> told = new ArrayList<>();

    Remote(String id) {
      this.id = id;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public String address() {
      return "relay barn";
    }

    @Override
    public String node() {
      return "barn";
    }

    @Override
    public List<String> hops() {
      return List.of("1f");
    }

    @Override
    public CameraRow describe(CameraRow row) {
      told.add("described " + row.name());
      return row;
    }

    @Override
    public void startStreaming(String requestedBy) {
      told.add("start");
    }

    @Override
    public void stopStreaming(String requestedBy) {
      told.add("stop");
    }

    @Override
    public void replaced() {
      told.add("replaced");
    }
  }

  private Attachment attach(Publisher publisher, String name, String owner) {
    return on.hub.attach(publisher, name, owner, on.nowNanos);
  }

  @Test
  void aCameraOfThisRelayTakesTheNameWithItsViewersWhoeverOwnsIt() {
    Remote remote = new Remote("r1");
    assertThat(attach(remote, "front", "relay barn")).isInstanceOf(Attachment.Attached.class);
    on.watch(new TestViewer("v1"), "front");
    TestPublisher local = new TestPublisher("p1");
    assertThat(attach(local, "front", "somebody")).isInstanceOf(Attachment.Attached.class);
    assertThat(remote.told).containsExactly("start", "replaced");
    assertThat(local.told).containsExactly("start v1");
    assertThat(on.row("front").local()).isTrue();
  }

  @Test
  void aCameraOfAnotherRelayNeverTakesTheNameOfOneOfThis() {
    on.attach(new TestPublisher("p1"), "front");
    // Not even with the same owner.
    assertThat(attach(new Remote("r1"), "front", "")).isEqualTo(new Attachment.NameTaken("p1"));
    assertThat(on.row("front").local()).isTrue();
  }

  @Test
  void twoLinksDoNotTakeEachOthersNames() {
    attach(new Remote("r1"), "front", "relay barn");
    assertThat(attach(new Remote("r2"), "front", "upstream barn"))
        .isEqualTo(new Attachment.NameTaken("r1"));
    assertThat(attach(new Remote("r3"), "front", "relay barn"))
        .isInstanceOf(Attachment.Attached.class);
  }

  @Test
  void bothKindsAreCountedApart() {
    attach(new Remote("r1"), "a", "relay barn");
    attach(new Remote("r2"), "b", "relay barn");
    assertThat(attach(new Remote("r3"), "c", "relay barn")).isEqualTo(new Attachment.Full(2));
    on.attach(new TestPublisher("p1"), "x");
    on.attach(new TestPublisher("p2"), "y");
    on.attach(new TestPublisher("p3"), "z");
    // One more, be it under a new name or under that of a camera of another relay.
    assertThat(attach(new TestPublisher("p4"), "u", "")).isEqualTo(new Attachment.Full(3));
    assertThat(attach(new TestPublisher("p4"), "a", "")).isEqualTo(new Attachment.Full(3));
    assertThat(on.row("a").node()).isEqualTo("barn");
  }

  @Test
  void aPublisherOfAnotherRelayCompletesItsRow() {
    Remote remote = new Remote("r1");
    attach(remote, "front", "relay barn");
    assertThat(on.row("front"))
        .extracting(CameraRow::node, CameraRow::hops)
        .containsExactly("barn", List.of("1f"));
    assertThat(remote.told).contains("described front");
  }

  @Test
  void viewersHearThatTheListReadsDifferently() {
    TestViewer viewer = new TestViewer("v1");
    on.join(viewer);
    int before = viewer.changes.get();
    on.hub.camerasChanged();
    assertThat(viewer.changes.get()).isEqualTo(before + 1);
  }
}
