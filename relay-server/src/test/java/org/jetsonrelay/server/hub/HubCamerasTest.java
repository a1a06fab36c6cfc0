// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.timing.Moment;
import org.junit.jupiter.api.Test;

/// Cameras come, are replaced, turn stale, and go.
class HubCamerasTest {

  private final TestHub on = new TestHub();
  private final Hub hub = on.hub;
  private final TestPublisher front = new TestPublisher("front-1");

  @Test
  void listsCamerasByNameWithTheirPublisher() {
    on.attach(new TestPublisher("rear-1"), "rear");
    on.attach(front, "front");

    assertThat(on.names()).containsExactly("front", "rear");
    CameraRow row = on.row("front");
    assertThat(row.from()).isEqualTo("front-1");
    assertThat(row.address()).isEqualTo(front.address());
    assertThat(row.demand()).isEqualTo("idle");
    assertThat(row.live()).isFalse();
    assertThat(row.lastFrameAgeMillis()).isEqualTo(-1);
    assertThat(row.frames()).isZero();
  }

  @Test
  void refusesOneCameraMoreThanTheLimitAndTakesItWhenOneHasGone() {
    Feed first = on.attach(front, "front");
    on.attach(new TestPublisher("p2"), "left");
    on.attach(new TestPublisher("p3"), "right");
    TestPublisher fourth = new TestPublisher("p4");

    assertThat(hub.attach(fourth, "rear", "", on.nowNanos)).isEqualTo(new Attachment.Full(3));
    assertThat(hub.attach(fourth, "left", "", on.nowNanos))
        .as("taking over needs no room")
        .isInstanceOf(Attachment.Attached.class);
    on.detach(first);

    on.attach(new TestPublisher("p5"), "rear");
    assertThat(on.names()).containsExactly("left", "rear", "right");
  }

  @Test
  void aNewerPublisherTakesTheNameOver() {
    Feed old = on.attach(front, "front");
    on.publish(old);
    TestPublisher back = new TestPublisher("front-2");

    Feed feed = on.attach(back, "front");

    assertThat(front.told).containsExactly("replaced");
    assertThat(back.told).isEmpty();
    assertThat(old.ended()).isTrue();
    assertThat(feed.ended()).isFalse();
    assertThat(feed.camera()).isSameAs(old.camera());
    assertThat(feed.camera().from()).isEqualTo("front-2");
    assertThat(feed.nextSequence()).as("goes on").isEqualTo(2);
    assertThat(on.frames.held()).as("the old publisher's latest frame is freed").isZero();
    assertThat(on.row("front").frames()).isZero();
  }

  @Test
  void aPublisherOfAnotherOwnerIsToldThatTheNameIsTaken() {
    hub.attach(front, "front", "token A", on.nowNanos);
    TestPublisher other = new TestPublisher("p2");

    assertThat(hub.attach(other, "front", "token B", on.nowNanos))
        .isEqualTo(new Attachment.NameTaken("front-1"));
    assertThat(front.told).isEmpty();
    assertThat(hub.attach(other, "front", "token A", on.nowNanos))
        .isInstanceOf(Attachment.Attached.class);
  }

  @Test
  void attachingTwiceChangesNothing() {
    Feed feed = on.attach(front, "front");

    assertThat(on.attach(front, "front")).isSameAs(feed);
    assertThat(front.told).isEmpty();
  }

  @Test
  void aReplacedPublisherPublishesToNobodyAndCannotDetachItsSuccessor() {
    Feed old = on.attach(front, "front");
    Feed feed = on.attach(new TestPublisher("front-2"), "front");
    Watch watch = on.watchAll(new TestViewer("v1"));

    on.publish(old);
    on.announce(old, Announced.Kind.H264_FRAME, true);
    on.detach(old);

    assertThat(TestHub.takeAll(watch)).isEmpty();
    assertThat(on.frames.held()).isZero();
    assertThat(on.names()).containsExactly("front");
    on.publish(feed);
    assertThat(TestHub.takeAll(watch)).containsExactly("front/2");
  }

  @Test
  void viewersStayWithTheCameraWhenItsPublisherIsReplaced() {
    Feed old = on.attach(front, "front");
    Watch watch = on.watch(new TestViewer("v1"), "front");
    on.publish(old);
    TestPublisher back = new TestPublisher("front-2");

    Feed feed = on.attach(back, "front");

    assertThat(back.told).containsExactly("start v1");
    on.publish(feed);
    assertThat(TestHub.takeAll(watch)).containsExactly("front/2");
    assertThat(watch.subscriptions()).hasSize(1);
  }

  @Test
  void aCameraThatWentIsNotListedAndLeavesNothingBehind() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(new TestViewer("v1"));
    on.publish(feed);
    TestHub.takeAll(watch);

    on.detach(feed);
    on.detach(feed);

    assertThat(on.names()).isEmpty();
    assertThat(hub.latest("front")).isNull();
    assertThat(watch.subscriptions()).isEmpty();
    assertThat(on.frames.held()).isZero();
    assertThat(front.told).as("it is gone: nobody tells it to stop").containsExactly("start v1");
  }

  @Test
  void whatAlreadyWaitsIsStillDeliveredWhenTheCameraWent() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(new TestViewer("v1"));
    on.publish(feed);
    on.announce(feed, Announced.Kind.COMPLETE_VIDEO, false);

    on.detach(feed);

    Subscription draining = watch.subscriptions().getFirst();
    assertThat(draining.pending()).isEqualTo(2);
    on.tickAfter(1);
    assertThat(watch.subscriptions()).as("while something waits").containsExactly(draining);
    assertThat(TestHub.takeAll(watch)).containsExactly("front/1");
    Objects.requireNonNull(draining.pollAnnounced()).release();
    on.tickAfter(1);
    assertThat(watch.subscriptions()).isEmpty();
    assertThat(on.frames.held()).isZero();
  }

  @Test
  void camerasThatComeAndGoPileUpNothingForAViewerWhoReadsNothing() {
    Watch all = on.watchAll(new TestViewer("v1"));
    Watch named = on.watch(new TestViewer("v2"), "robot-7", "robot-9");

    for (int i = 0; i < 1_000; i++) {
      Feed feed = on.attach(new TestPublisher("p" + i), "robot-" + i);
      on.publish(feed);
      on.announce(feed, Announced.Kind.COMPLETE_VIDEO, false);
      on.detach(feed);
    }

    assertThat(on.names()).isEmpty();
    assertThat(all.subscriptions())
        .extracting(s -> s.camera().name())
        .as("the last two, as the settings say")
        .containsExactly("robot-998", "robot-999");
    assertThat(named.subscriptions()).hasSize(2);
    assertThat(on.frames.held()).as("a frame and a video of each; one video for both").isEqualTo(8);
    on.leave(all);
    on.leave(named);
    assertThat(on.frames.held()).isZero();
  }

  @Test
  void namesThatAreOnlyWaitedForTakeNoRoom() {
    on.watch(new TestViewer("v1"), "ghost-1", "ghost-2");
    on.watch(new TestViewer("v2"), "ghost-3", "ghost-4");

    on.attach(new TestPublisher("p1"), "a");
    on.attach(new TestPublisher("p2"), "b");
    on.attach(new TestPublisher("p3"), "c");

    assertThat(on.names()).containsExactly("a", "b", "c");
  }

  @Test
  void turnsLiveWithTheFirstFrameAndStaleTwoSecondsAfterTheLast() {
    TestViewer viewer = new TestViewer("v1");
    on.watchAll(viewer);
    Feed feed = on.attach(front, "front");
    viewer.changes.set(0);

    on.publish(feed);
    on.publish(feed);
    assertThat(on.row("front").live()).isTrue();
    assertThat(viewer.changes).as("once, not per frame").hasValue(1);

    on.tickAfter(2_000);
    assertThat(on.row("front").live()).isTrue();
    on.tickAfter(1);
    on.tickAfter(1_000);
    assertThat(on.row("front").live()).isFalse();
    assertThat(viewer.changes).hasValue(2);

    on.publish(feed);
    assertThat(on.row("front").live()).isTrue();
    assertThat(viewer.changes).hasValue(3);
  }

  @Test
  void tellsOfManyChangesInOneTickOnce() {
    TestViewer viewer = new TestViewer("v1");
    on.join(viewer);
    on.publish(on.attach(front, "front"));
    on.publish(on.attach(new TestPublisher("p2"), "rear"));
    viewer.changes.set(0);

    on.tickAfter(2_001);

    assertThat(viewer.changes).hasValue(1);
  }

  @Test
  void tellsEachViewerWhenACameraComesIsReplacedAndGoes() {
    TestViewer viewer = new TestViewer("v1");
    on.join(viewer);

    on.attach(front, "front");
    assertThat(viewer.changes).hasValue(1);
    Feed feed = on.attach(new TestPublisher("front-2"), "front");
    assertThat(viewer.changes).hasValue(2);
    on.detach(feed);
    assertThat(viewer.changes).hasValue(3);
    on.tickAfter(10_000);
    assertThat(viewer.changes).as("nothing more happened").hasValue(3);
    assertThat(viewer.mails).hasValue(0);
  }

  @Test
  void anAnnouncedPayloadIsASignOfLifeToo() {
    on.watchAll(new TestViewer("v1"));
    Feed feed = on.attach(front, "front");
    Announced one =
        new Announced(
            Announced.Kind.H264_FRAME,
            on.frames.announced(Announced.Kind.H264_FRAME, 10, true).block(),
            0,
            10,
            8,
            true,
            on.nowNanos);
    feed.announce(one);
    one.release();

    assertThat(on.row("front").live()).isTrue();
    assertThat(on.row("front").demand()).isEqualTo("live");
    assertThat(on.metrics.announcedIn().sum()).isEqualTo(1);
  }

  @Test
  void showsWhatTheCameraDelivers() {
    Feed feed = on.attach(front, "front");
    on.watchAll(new TestViewer("v1"));
    for (int i = 0; i < 100; i++) {
      on.pass(50);
      on.publish(feed);
    }
    on.pass(30);

    CameraRow row = on.row("front");
    assertThat(row.fps()).isCloseTo(20, within(0.5));
    assertThat(row.bytesPerSecond()).isCloseTo(20.0 * TestFrames.JPEG_BYTES, within(50.0));
    assertThat(row.width()).isEqualTo(640);
    assertThat(row.height()).isEqualTo(480);
    assertThat(row.sequence()).isEqualTo(100);
    assertThat(row.frames()).isEqualTo(100);
    assertThat(row.lastFrameAgeMillis()).isEqualTo(30);
    assertThat(row.viewers()).isEqualTo(1);
    assertThat(row.connectedMillis()).isEqualTo(5_030);
    assertThat(row.demand()).isEqualTo("live");
    assertThat(on.metrics.framesIn().sum()).isEqualTo(100);
    assertThat(on.metrics.frameBytesIn().sum()).isEqualTo(100L * TestFrames.JPEG_BYTES);
  }

  @Test
  void lendsTheLatestFrameToAsManyAsAsk() {
    Feed feed = on.attach(front, "front");
    assertThat(hub.latest("front")).isNull();
    on.publish(feed);
    on.publish(feed);

    List<Frame> lent =
        List.of(
            Objects.requireNonNull(hub.latest("front")),
            Objects.requireNonNull(hub.latest("front")));

    assertThat(lent).extracting(Frame::sequence).containsExactly(2L, 2L);
    on.detach(feed);
    assertThat(on.frames.held()).as("the borrowers' frame").isEqualTo(1);
    lent.forEach(Frame::release);
    assertThat(on.frames.held()).isZero();
  }

  @Test
  void estimatesThePublishersClock() {
    Feed feed = on.attach(front, "front");
    long received = 1_755_500_000_000L;
    Frame frame = on.frames.frame(feed.nextSequence(), received - 40, on.nowNanos);
    feed.publish(frame);
    frame.release();

    assertThat(feed.camera().clock().onRelayClock(received - 40, 0, new Moment(received, 0)))
        .isEqualTo(received);
  }
}
