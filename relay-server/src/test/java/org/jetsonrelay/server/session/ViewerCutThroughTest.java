// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.hub.Admission;
import org.jetsonrelay.server.hub.Attachment;
import org.jetsonrelay.server.hub.Choice;
import org.jetsonrelay.server.hub.CutThrough;
import org.jetsonrelay.server.hub.Feed;
import org.jetsonrelay.server.hub.FrameHops;
import org.jetsonrelay.server.hub.Hub;
import org.jetsonrelay.server.hub.HubSettings;
import org.jetsonrelay.server.hub.Viewer;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jetsonrelay.server.hub.Watch;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jetsonrelay.server.pacing.PacerSettings;
import org.jetsonrelay.server.pacing.PathWord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Frames past the mailbox: only while nothing waits, and with the same books.
class ViewerCutThroughTest {

  private static final int JPEG_BYTES = 1_000;

  private final BlockPool pool = new BlockPool(1 << 20);
  private final RelayMetrics metrics = new RelayMetrics();
  private final Hub hub = new Hub(HubSettings.defaults(), metrics);
  private final Feed camera =
      ((Attachment.Attached) hub.attach(new SilentPublisher("client_1"), "front", "", 0)).feed();
  private final Mailed viewer = new Mailed();
  private final Watch watch = watch();
  private final TestLine line = new TestLine();
  private final TestUnit unit = new TestUnit();
  private int asked;

  @AfterEach
  void allMemoryIsGivenBack() {
    hub.leave(watch, System.nanoTime());
    hub.detach(camera, System.nanoTime());
    unit.clear();
    assertThat(pool.outstanding()).isZero();
    assertThat(line.held).isFalse();
  }

  private static final class Mailed implements Viewer {
    private int mails;

    @Override
    public String id() {
      return "client_2";
    }

    @Override
    public void mail() {
      mails++;
    }

    @Override
    public void camerasChanged() {}

    @Override
    public ViewerRow row() {
      return ViewerRole.newcomer(id(), "192.0.2.2:4712", 0);
    }
  }

  private Watch watch() {
    Watch joined = ((Admission.Admitted) hub.join(viewer)).watch();
    assertThat(hub.choose(joined, Choice.ALL, 0)).isNotNull();
    return joined;
  }

  private ViewerFeed feed() {
    return opened(new ViewerFeed(watch, false, null, line, metrics, InstantSource.system()));
  }

  private ViewerFeed opened(ViewerFeed feed) {
    CutThrough way = Objects.requireNonNull(feed.cutThrough());
    watch.cutThrough(way);
    return feed;
  }

  private void publish() {
    publish(camera.nextSequence());
  }

  private void publish(long sequence) {
    Block block = pool.acquire(Frame.HEADROOM + JPEG_BYTES);
    long now = System.nanoTime();
    Frame frame =
        Frame.seal(
            block,
            Frame.HEADROOM,
            JPEG_BYTES,
            "client_1",
            sequence,
            0,
            1_755_500_000_000L,
            now,
            640,
            480);
    camera.publish(frame);
    frame.release();
  }

  /// What the holder of the claim does until there is nothing more to write: frames written.
  private int writeAll(ViewerFeed feed) {
    int frames = 0;
    while (feed.next(unit, System.nanoTime()) == 0) {
      frames += unit.blocks.size();
      unit.clear();
      feed.sent(System.nanoTime());
    }
    return frames;
  }

  private static List<FrameHops.Delivery> delivered(ViewerFeed feed) {
    return feed.hops().last("front", "client_2");
  }

  @Test
  void passTheMailboxOnceTheFeedHadNothing() {
    ViewerFeed feed = feed();
    publish();
    assertThat(line.sent).as("before the feed was asked").isEmpty();
    assertThat(viewer.mails).isEqualTo(1);

    assertThat(writeAll(feed)).isEqualTo(1);
    publish();

    assertThat(line.sent).hasSize(1);
    assertThat(line.sent.getFirst()).isGreaterThan(JPEG_BYTES);
    assertThat(viewer.mails).isEqualTo(1);
    assertThat(writeAll(feed)).isZero();
  }

  @Test
  void areInTheBooksLikeAllOthers() {
    ViewerFeed feed = feed();
    publish();
    writeAll(feed);
    publish();
    publish();

    assertThat(feed.delivered()).isEqualTo(3);
    assertThat(watch.offered()).isEqualTo(3);
    assertThat(watch.waiting(feed.delivered())).isZero();
    assertThat(metrics.framesOut().sum()).isEqualTo(3);
    assertThat(metrics.frameBytesOut().sum()).isEqualTo(3 * JPEG_BYTES);
    assertThat(feed.rate().bytesPerSecond(System.nanoTime())).isEqualTo(3 * JPEG_BYTES);
    assertThat(delivered(feed))
        .extracting(FrameHops.Delivery::sequence)
        .containsExactly(1L, 2L, 3L);
    assertThat(delivered(feed)).allMatch(one -> one.writtenNanos() != FrameHops.UNKNOWN);
  }

  @Test
  void waitForTheBooksNoLongerThanTheirPlaceLasts() {
    ViewerFeed feed = feed();
    writeAll(feed);
    for (int i = 0; i < PassedFrames.MOST - 1; i++) {
      publish();
    }
    line.held = true; // nobody who asks can see to the books now
    assertThat(delivered(feed)).isEmpty();
    line.held = false;
    publish();
    line.held = true;
    assertThat(delivered(feed)).hasSize(PassedFrames.MOST);
    line.held = false;
    publish();
    line.held = true;
    assertThat(delivered(feed)).hasSize(PassedFrames.MOST);
    line.held = false;
    assertThat(delivered(feed)).hasSize(PassedFrames.MOST + 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void doNotPassWhileSomebodyWrites(boolean onlySeenWhenTried) {
    ViewerFeed feed = feed();
    writeAll(feed);
    line.held = true;
    line.looksFreeThoughHeld = onlySeenWhenTried;
    publish();
    line.held = false;

    assertThat(line.sent).isEmpty();
    assertThat(line.tries).isEqualTo(onlySeenWhenTried ? 1 : 0);
    assertThat(writeAll(feed)).isEqualTo(1);
    assertThat(watch.offered()).isEqualTo(1);
  }

  @Test
  void doNotOvertake() {
    ViewerFeed feed = feed();
    writeAll(feed);
    publish(5);
    publish(5);
    publish(4);
    assertThat(line.sent).hasSize(1);
    assertThat(line.tries).as("what is no news takes no claim").isEqualTo(1);
    assertThat(viewer.mails).isEqualTo(2);
    assertThat(writeAll(feed)).isZero();
    assertThat(watch.offered()).isEqualTo(watch.skipped(SkipCause.LINK) + 1);
  }

  @Test
  void waitForTheirTurnWhenTheClientWantsFewer() {
    ViewerFeed feed = feed();
    writeAll(feed);
    feed.maxFps(1);
    publish();
    assertThat(line.sent).isEmpty();
    assertThat(line.tries).as("the claim is not taken for nothing").isZero();
    writeAll(feed);

    feed.maxFps(Double.POSITIVE_INFINITY);
    writeAll(feed);
    publish();
    assertThat(line.sent).hasSize(1);
  }

  @Test
  void haveNoWayPastForWhoWantsDetailsOrWhereWritingWaits() {
    assertThat(
            new ViewerFeed(watch, true, null, line, metrics, InstantSource.system()).cutThrough())
        .isNull();
    assertThat(
            new ViewerFeed(watch, false, null, null, metrics, InstantSource.system()).cutThrough())
        .isNull();
  }

  @Test
  void countWhenTheirRestIsWritten() {
    ViewerFeed feed = feed();
    writeAll(feed);
    publish();
    line.full = true;
    long beforeNanos = System.nanoTime();
    publish();

    assertThat(line.sent).hasSize(2);
    assertThat(watch.subscriptions().getFirst().servedNanos() - beforeNanos).isNotNegative();
    assertThat(feed.delivered()).isEqualTo(1);
    assertThat(watch.offered()).isEqualTo(2);
    assertThat(watch.waiting(feed.delivered())).isEqualTo(1);
    feed.sent(System.nanoTime());
    assertThat(feed.delivered()).isEqualTo(2);
    assertThat(watch.waiting(feed.delivered())).isZero();
    assertThat(delivered(feed)).extracting(FrameHops.Delivery::sequence).containsExactly(1L, 2L);
  }

  @Test
  void goToNobodyWhoTurnedAway() {
    ViewerFeed feed = feed();
    writeAll(feed);
    assertThat(hub.choose(watch, Choice.NONE, System.nanoTime())).isNotNull();
    publish();

    assertThat(line.sent).isEmpty();
    assertThat(watch.offered()).isZero();
  }

  /// Answers what the system says; counts how often it is asked.
  private ViewerPacing pacing(long unacknowledged) {
    return new ViewerPacing(
        PacerSettings.DEFAULTS,
        new ViewerPacing.Below() {
          @Override
          public long unacknowledgedBytes() {
            asked++;
            return unacknowledged;
          }

          @Override
          public @Nullable PathWord path() {
            return null;
          }

          @Override
          public void smallSendBuffer() {}
        });
  }

  private ViewerFeed paced(ViewerPacing pacing) {
    return opened(new ViewerFeed(watch, false, pacing, line, metrics, InstantSource.system()));
  }

  @Test
  void passWhileTheSystemVouchesForAPeerKnownToBeFast() {
    ViewerFeed feed = paced(pacing(0));
    int most = PacerSettings.DEFAULTS.outstandingFrames() / 2;
    for (int i = 0; i < 50_000 && line.sent.size() < 3 * most; i++) {
      publish();
      writeAnswered(feed);
    }

    assertThat(line.sent).hasSize(3 * most);
    assertThat(asked).as("once for so many").isGreaterThanOrEqualTo(3);
  }

  @Test
  void areFollowedToAPeerThatIsAskedBehindOneOfThemOnly() {
    ViewerFeed feed = paced(pacing(0));
    publishUntilAsked(feed);
    long framesOut = metrics.framesOut().sum();

    assertThat(line.pings).hasSize(1);
    assertThat(feed.pace(System.nanoTime()).inFlight()).isEqualTo(1);
    assertThat(feed.onPong(pong(line.pings.getFirst()), System.nanoTime())).isFalse();
    assertThat(delivered(feed).getLast().acknowledgedNanos()).isNotEqualTo(FrameHops.UNKNOWN);
    assertThat(delivered(feed).getLast().writtenNanos()).isNotEqualTo(FrameHops.UNKNOWN);
    assertThat(feed.pace(System.nanoTime()).inFlight()).isZero();
    assertThat(feed.delivered()).isEqualTo(framesOut);
    assertThat(watch.waiting(feed.delivered())).isZero();
    publish();
    assertThat(line.pings).as("asked only now and then").hasSize(1);
  }

  @Test
  void countWhenTheirRestIsWrittenWithAPingToo() {
    ViewerFeed feed = paced(pacing(0));
    line.fullForPings = true;
    publishUntilAsked(feed);
    assertThat(line.pings).hasSize(1);
    assertThat(watch.waiting(feed.delivered())).isEqualTo(1);
    feed.sent(System.nanoTime());

    assertThat(watch.waiting(feed.delivered())).isZero();
    assertThat(feed.delivered()).isEqualTo(metrics.framesOut().sum());
    assertThat(delivered(feed).getLast().writtenNanos()).isNotEqualTo(FrameHops.UNKNOWN);
    assertThat(feed.onPong(pong(line.pings.getFirst()), System.nanoTime())).isFalse();
    assertThat(delivered(feed).getLast().acknowledgedNanos()).isNotEqualTo(FrameHops.UNKNOWN);
  }

  @Test
  void doNotPassWhileMuchIsOnItsWayAndTheSystemIsNotAskedAllTheTime() {
    ViewerFeed feed = paced(pacing(Long.MAX_VALUE));
    long beganNanos = System.nanoTime();
    for (int i = 0; i < 2_000; i++) {
      publish();
      writeAnswered(feed);
    }
    long elapsedMillis = (System.nanoTime() - beganNanos) / 1_000_000;

    assertThat(line.sent).isEmpty();
    assertThat((long) asked).isBetween(1L, elapsedMillis + 1);
  }

  /// The last frame has gone past the mailbox with a ping behind it.
  private void publishUntilAsked(ViewerFeed feed) {
    long untilNanos = System.nanoTime() + 10_000_000_000L;
    publish();
    while (line.pings.isEmpty() && System.nanoTime() - untilNanos < 0) {
      writeAnswered(feed);
      publish();
    }
  }

  private static ByteBuffer pong(long ping) {
    return ByteBuffer.allocate(Long.BYTES).putLong(0, ping);
  }

  private void writeAnswered(ViewerFeed feed) {
    while (feed.next(unit, System.nanoTime()) == 0) {
      unit.clear();
      feed.sent(System.nanoTime());
      for (long ping : unit.pings) {
        feed.onPong(pong(ping), System.nanoTime());
      }
      unit.pings.clear();
    }
  }
}
