// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.metrics.SkipCause;
import org.junit.jupiter.api.Test;

/// Viewers choose, take, skip, and leave; cameras start and stop for them.
class HubViewersTest {

  private final TestHub on = new TestHub();
  private final Hub hub = on.hub;
  private final TestPublisher front = new TestPublisher("front-1");
  private final TestViewer viewer = new TestViewer("v1");

  @Test
  void aViewerWhoChoseNothingGetsNothing() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.join(viewer);
    on.publish(feed);

    assertThat(watch.subscriptions()).isEmpty();
    assertThat(viewer.mails).hasValue(0);
    assertThat(front.told).isEmpty();
  }

  @Test
  void refusesOneViewerMoreThanTheLimit() {
    Watch first = on.join(viewer);
    for (int i = 0; i < 3; i++) {
      on.join(new TestViewer("v"));
    }

    assertThat(hub.join(new TestViewer("v5"))).isEqualTo(new Admission.Full(4));
    on.leave(first);

    on.join(new TestViewer("v5"));
  }

  @Test
  void allMeansLaterCamerasToo() {
    Watch watch = on.watchAll(viewer);
    Feed rear = on.attach(new TestPublisher("rear-1"), "rear");
    Feed feed = on.attach(front, "front");

    on.publish(feed);
    on.publish(rear);

    assertThat(TestHub.takeAll(watch)).containsExactlyInAnyOrder("front/1", "rear/1");
    assertThat(viewer.mails).hasValue(2);
  }

  @Test
  void aListMeansTheseAndNoOthers() {
    Feed feed = on.attach(front, "front");
    Feed rear = on.attach(new TestPublisher("rear-1"), "rear");
    Watch watch = on.watch(viewer, "rear");

    on.publish(feed);
    on.publish(rear);

    assertThat(TestHub.takeAll(watch)).containsExactly("rear/1");
    assertThat(front.told).isEmpty();
  }

  @Test
  void saysWhichChosenNamesAreUnknownAndDeliversThemWhenTheyCome() {
    on.attach(front, "front");
    Watch watch = on.join(viewer);

    assertThat(hub.choose(watch, new Choice.Named(Set.of("front", "rear")), on.nowNanos))
        .isEqualTo(new Selection.Accepted(List.of("rear")));

    TestPublisher rear = new TestPublisher("rear-1");
    Feed feed = on.attach(rear, "rear");
    assertThat(rear.told).containsExactly("start v1");
    on.publish(feed);
    assertThat(TestHub.takeAll(watch)).containsExactly("rear/1");
  }

  @Test
  void aChosenCameraComesBackWhenItsPublisherDoes() {
    Watch watch = on.watch(viewer, "front");
    on.detach(on.attach(front, "front"));
    TestPublisher back = new TestPublisher("front-2");

    Feed feed = on.attach(back, "front");
    on.publish(feed);

    assertThat(back.told).containsExactly("start v1");
    assertThat(TestHub.takeAll(watch)).containsExactly("front/1");
  }

  @Test
  void refusesOneNameMoreThanTheLimitAndKeepsTheChoiceBefore() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watch(viewer, "front");

    assertThat(hub.choose(watch, new Choice.Named(Set.of("a", "b", "c")), on.nowNanos))
        .isEqualTo(new Selection.TooMany(2));

    on.publish(feed);
    assertThat(TestHub.takeAll(watch)).containsExactly("front/1");
  }

  @Test
  void aNewChoiceKeepsWhatBothCover() {
    Feed feed = on.attach(front, "front");
    Feed rear = on.attach(new TestPublisher("rear-1"), "rear");
    Watch watch = on.watchAll(viewer);
    Subscription kept = watch.subscriptions().getFirst();
    on.publish(feed);
    on.publish(rear);

    on.choose(watch, new Choice.Named(Set.of("front")));

    assertThat(watch.subscriptions()).containsExactly(kept);
    assertThat(TestHub.takeAll(watch)).containsExactly("front/1");
    assertThat(on.frames.held()).as("each camera's latest, and nothing else").isEqualTo(2);
  }

  @Test
  void choosingNothingStopsTheStreamForThisViewerOnly() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(viewer);
    Watch other = on.watchAll(new TestViewer("v2"));

    on.choose(watch, Choice.NONE);
    on.publish(feed);

    assertThat(TestHub.takeAll(watch)).isEmpty();
    assertThat(TestHub.takeAll(other)).containsExactly("front/1");
    assertThat(on.row("front").viewers()).isEqualTo(1);
  }

  @Test
  void sendsTheLatestFrameAtOnceToAViewerWhoJoins() {
    Feed feed = on.attach(front, "front");
    on.publish(feed);
    on.publish(feed);
    on.pass(2_000);

    Watch watch = on.watchAll(viewer);

    assertThat(viewer.mails).hasValue(1);
    assertThat(TestHub.takeAll(watch)).containsExactly("front/2");
  }

  @Test
  void doesNotSendAnOldPictureToAViewerWhoJoins() {
    Feed feed = on.attach(front, "front");
    on.publish(feed);
    on.pass(2_001);

    Watch watch = on.watchAll(viewer);

    assertThat(viewer.mails).hasValue(0);
    assertThat(TestHub.takeAll(watch)).isEmpty();
    assertThat(on.frames.held()).isEqualTo(1);
  }

  @Test
  void aViewerWhoJoinsWhileAFrameIsBeingDeliveredGetsThatFrame() {
    Feed feed = on.attach(front, "front");
    Watch late = on.join(new TestViewer("v2"));
    // Inside of the delivery: too late for its loop, which goes over the viewers there were.
    on.watchAll(new TestViewer("v1", () -> on.choose(late, Choice.ALL)));

    on.publish(feed);

    assertThat(TestHub.takeAll(late)).containsExactly("front/1");
  }

  @Test
  void choosingAgainDoesNotRepeatAFrame() {
    Feed feed = on.attach(front, "front");
    on.publish(feed);
    Watch watch = on.watchAll(viewer);
    TestHub.takeAll(watch);

    on.choose(watch, Choice.ALL);

    assertThat(TestHub.takeAll(watch)).isEmpty();
  }

  @Test
  void neverGivesOutAnOlderFrameAfterANewerOne() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(viewer);
    Frame overtaken = on.frames.frame(feed.nextSequence(), on.nowNanos);
    on.publish(feed);
    assertThat(TestHub.takeAll(watch)).containsExactly("front/2");

    watch.subscriptions().getFirst().offer(overtaken);
    overtaken.release();

    assertThat(TestHub.takeAll(watch)).isEmpty();
    assertThat(on.frames.held()).as("the latest").isEqualTo(1);
  }

  @Test
  void countsSkipsUnderTheCauseThatAppliesWhenTheyHappen() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(viewer);
    Subscription subscription = watch.subscriptions().getFirst();
    on.publish(feed);
    on.publish(feed);
    subscription.skippingBecause(SkipCause.STALLED);
    on.publish(feed);
    on.publish(feed);
    TestHub.takeAll(watch);
    subscription.skippingBecause(SkipCause.RATE);
    on.publish(feed);

    assertThat(watch.skipped())
        .isEqualTo(Map.of("rate", 0L, "link", 1L, "stalled", 2L, "left", 0L));
    assertThat(watch.skipped(SkipCause.STALLED)).isEqualTo(2);
    assertThat(on.metrics.skipped(SkipCause.LINK).sum()).isEqualTo(1);
    assertThat(on.metrics.skipped(SkipCause.STALLED).sum()).isEqualTo(2);
    assertThat(subscription.missedBeforeLast()).as("before the first nothing is missed").isZero();
    on.publish(feed);
    TestHub.takeAll(watch);
    assertThat(subscription.missedBeforeLast()).isEqualTo(1);
  }

  @Test
  void accountsForEveryFrameOffered() {
    Feed feed = on.attach(front, "front");
    on.publish(feed);
    Watch watch = on.watchAll(viewer);
    assertThat(watch.offered()).as("the latest, at once").isEqualTo(1);
    assertThat(watch.waiting(0)).isEqualTo(1);
    TestHub.takeAll(watch);
    assertThat(watch.waiting(0)).as("taken, not yet written").isEqualTo(1);
    assertThat(watch.waiting(1)).isZero();

    on.publish(feed);
    on.publish(feed);
    assertThat(watch.offered()).isEqualTo(3);
    assertThat(watch.waiting(1)).isEqualTo(1);
    assertThat(watch.skipped(SkipCause.LINK)).isEqualTo(1);

    Subscription before = watch.subscriptions().getFirst();
    on.hub.choose(watch, Choice.NONE, 0);
    before.deliver(new TestFrames().frame(9, 0));
    assertThat(watch.offered()).as("none comes after turning away").isEqualTo(3);
    assertThat(watch.waiting(1)).isZero();
    assertThat(watch.skipped(SkipCause.LEFT)).isEqualTo(1);
    assertThat(on.metrics.skipped(SkipCause.LEFT).sum()).isEqualTo(1);
  }

  @Test
  void aFrameOfferedTwiceCountsOnce() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(viewer);
    Subscription subscription = watch.subscriptions().getFirst();
    TestFrames frames = new TestFrames();
    Frame late = frames.frame(1, 0);
    on.publish(feed);
    TestHub.takeAll(watch);
    assertThat(subscription.offer(late)).isTrue();

    assertThat(subscription.take()).isNull();

    late.release();
    assertThat(watch.offered()).isEqualTo(1);
    assertThat(watch.waiting(1)).isZero();
  }

  @Test
  void announcedPayloadsAreNotLatestWins() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(viewer);
    Subscription subscription = watch.subscriptions().getFirst();
    on.announce(feed, Announced.Kind.H264_FRAME, true);
    on.announce(feed, Announced.Kind.H264_FRAME, false);
    assertThat(subscription.pending()).isEqualTo(2);
    assertThat(viewer.mails).hasValue(2);

    on.announce(feed, Announced.Kind.H264_FRAME, false);

    assertThat(subscription.pending()).isZero();
    assertThat(watch.announcedDropped()).isEqualTo(3);
    assertThat(on.metrics.announcedDropped().sum()).isEqualTo(3);
    assertThat(on.frames.held()).isZero();
  }

  @Test
  void leavingFreesAllThatWaits() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(viewer);
    on.publish(feed);
    on.announce(feed, Announced.Kind.COMPLETE_VIDEO, false);

    on.leave(watch);
    on.leave(watch);

    assertThat(on.frames.held()).as("the latest").isEqualTo(1);
    assertThat(watch.subscriptions()).isEmpty();
    assertThat(on.row("front").viewers()).isZero();
    on.choose(watch, Choice.ALL);
    assertThat(watch.subscriptions()).as("it has left").isEmpty();
  }

  @Test
  void startsACameraForItsFirstViewerAndStopsItFiveSecondsAfterTheLast() {
    Feed feed = on.attach(front, "front");
    Watch first = on.watchAll(viewer);
    Watch second = on.watchAll(new TestViewer("v2"));
    assertThat(front.told).containsExactly("start v1");
    on.publish(feed);
    assertThat(on.row("front").demand()).isEqualTo("live");

    on.leave(first);
    on.tickAfter(10_000);
    assertThat(front.told).hasSize(1);
    on.choose(second, Choice.NONE);
    on.tickAfter(4_999);
    assertThat(on.row("front").demand()).isEqualTo("lingering");
    assertThat(front.told).hasSize(1);
    on.tickAfter(1);

    assertThat(front.told).containsExactly("start v1", "stop v2");
    assertThat(on.row("front").demand()).isEqualTo("idle");
  }

  @Test
  void aViewerWhoComesBackInTimeFindsTheCameraRunning() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(viewer);
    on.publish(feed);
    on.choose(watch, Choice.NONE);
    on.tickAfter(4_999);

    on.choose(watch, Choice.ALL);
    on.tickAfter(10_000);

    assertThat(front.told).containsExactly("start v1");
    assertThat(on.row("front").demand()).isEqualTo("live");
  }

  @Test
  void aCameraThatStreamsUnaskedIsTakenAndNotTold() {
    Feed feed = on.attach(front, "front");
    on.publish(feed);
    on.tickAfter(10_000);

    assertThat(on.row("front").demand()).isEqualTo("idle");
    assertThat(on.row("front").frames()).isEqualTo(1);
    assertThat(front.told).isEmpty();
  }

  @Test
  void asksEachViewerForItsRow() {
    on.join(viewer);
    on.join(new TestViewer("v2"));

    assertThat(hub.viewerRows()).extracting(ViewerRow::id).containsExactly("v1", "v2");
  }

  @Test
  void freesAnAnnouncedPayloadOnceTaken() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(viewer);
    on.announce(feed, Announced.Kind.COMPLETE_VIDEO, false);

    Objects.requireNonNull(watch.subscriptions().getFirst().pollAnnounced()).release();

    assertThat(on.frames.held()).isZero();
  }

  @Test
  void aFrameThatPassesTheMailboxIsCountedOnce() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(viewer);
    TestWay way = new TestWay();
    watch.cutThrough(way);
    on.publish(feed);

    assertThat(way.calls).containsExactly("look", "hold", "send", "let go");
    assertThat(viewer.mails).hasValue(0);
    assertThat(watch.offered()).isEqualTo(1);
    assertThat(watch.passed()).isEqualTo(1);
    assertThat(TestHub.takeAll(watch)).isEmpty();
    assertThat(on.frames.held()).isEqualTo(1); // the camera's latest
  }

  @Test
  void aFrameThatPassedIsNotTakenASecondTime() {
    Feed feed = on.attach(front, "front");
    on.publish(feed);
    Watch watch = on.watchAll(viewer); // finds the latest in its mailbox
    Subscription subscription = watch.subscriptions().getFirst();
    Frame latest = Objects.requireNonNull(feed.latest());
    assertThat(subscription.isNews(latest)).isTrue();
    subscription.passed(latest);
    assertThat(subscription.isNews(latest)).isFalse();
    latest.release();

    assertThat(TestHub.takeAll(watch)).isEmpty();
    assertThat(watch.offered()).isEqualTo(1);
  }

  @Test
  void aWayPastTheMailboxThatFailsLeavesTheFrameInIt() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(viewer);
    watch.cutThrough(
        new TestWay() {
          @Override
          public boolean hold(Subscription from, Frame frame, long nowNanos) {
            throw new IllegalStateException("broken on purpose");
          }
        });
    on.publish(feed);

    assertThat(viewer.mails).hasValue(1);
    assertThat(TestHub.takeAll(watch)).containsExactly("front/1");
  }

  @Test
  void aWayPastTheMailboxThatDoesNotLookFreeIsNotTaken() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(viewer);
    TestWay busy =
        new TestWay() {
          @Override
          public boolean looksFree(Subscription from, Frame frame, long nowNanos) {
            return false;
          }
        };
    watch.cutThrough(busy);
    TestWay broken =
        new TestWay() {
          @Override
          public boolean looksFree(Subscription from, Frame frame, long nowNanos) {
            throw new IllegalStateException("broken on purpose");
          }
        };
    TestViewer second = new TestViewer("v2");
    Watch other = on.watchAll(second);
    other.cutThrough(broken);
    on.publish(feed);

    assertThat(busy.calls).isEmpty();
    assertThat(broken.calls).isEmpty();
    assertThat(TestHub.takeAll(watch)).containsExactly("front/1");
    assertThat(TestHub.takeAll(other)).containsExactly("front/1");
  }

  @Test
  void aWayPastTheMailboxThatFailsToSendIsGivenBackAllTheSame() {
    Feed feed = on.attach(front, "front");
    TestWay broken =
        new TestWay() {
          @Override
          public void send(Frame frame) {
            throw new IllegalStateException("broken on purpose");
          }
        };
    on.watchAll(viewer).cutThrough(broken);
    TestWay next = new TestWay();
    on.watchAll(new TestViewer("v2")).cutThrough(next);
    on.publish(feed);

    assertThat(broken.calls).containsExactly("look", "hold", "let go");
    assertThat(next.calls)
        .as("nobody else is harmed")
        .containsExactly("look", "hold", "send", "let go");
  }

  @Test
  void aFrameGoesToAllWhoseWayIsFreeBeforeAnythingElseIsDone() {
    Feed feed = on.attach(front, "front");
    List<String> log = new ArrayList<>();
    TestViewer busy =
        new TestViewer("busy") {
          @Override
          public void mail() {
            log.add("mail");
            super.mail();
          }
        };
    on.watchAll(new TestViewer("v1")).cutThrough(new TestWay(log));
    on.watchAll(busy);
    on.watchAll(new TestViewer("v3")).cutThrough(new TestWay(log));
    on.publish(feed);

    assertThat(log)
        .containsExactly(
            "look", "look", "hold", "hold", "send", "send", "let go", "let go", "mail");
  }

  @Test
  void aFrameReachesMoreViewersThanOneVolleyHas() {
    TestHub large = new TestHub(HubSettings.defaults());
    Feed feed = large.attach(front, "front");
    List<TestWay> ways = new ArrayList<>();
    for (int i = 0; i < 2 * Volley.MOST + 1; i++) {
      TestWay way = new TestWay();
      large.watchAll(new TestViewer("v" + i)).cutThrough(way);
      ways.add(way);
    }
    large.publish(feed);

    assertThat(ways).allSatisfy(way -> assertThat(way.calls).hasSize(4));
  }

  @Test
  void nothingPassesTheMailboxOfAViewerThatTurnedAway() {
    Feed feed = on.attach(front, "front");
    Watch watch = on.watchAll(viewer);
    TestWay way = new TestWay();
    watch.cutThrough(way);
    Subscription subscription = watch.subscriptions().getFirst();
    subscription.close();
    on.publish(feed); // the camera may still be at its list

    assertThat(way.calls).isEmpty();
    assertThat(watch.offered()).isZero();
  }
}
