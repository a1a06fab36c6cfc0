// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.hub.Mailbox.Put;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MailboxTest {

  private final TestFrames frames = new TestFrames();
  private final Mailbox mailbox = new Mailbox();

  @Test
  void isEmptyAtFirst() {
    assertThat(mailbox.isEmpty()).isTrue();
    assertThat(mailbox.take()).isNull();
  }

  @Test
  void givesAFrameToOneTakerOnly() {
    Frame frame = frames.frame(1, 0);

    assertThat(mailbox.put(frame)).isEqualTo(Put.ALONE);

    assertThat(mailbox.isEmpty()).isFalse();
    assertThat(mailbox.take()).isSameAs(frame);
    assertThat(mailbox.take()).isNull();
    assertThat(mailbox.isEmpty()).isTrue();
  }

  @Test
  void passesItsReferenceToTheTaker() {
    Frame frame = frames.frame(1, 0);
    mailbox.put(frame);
    frame.release();
    assertThat(frames.held()).isEqualTo(1);

    taken().release();

    assertThat(frames.held()).isZero();
  }

  @Test
  void replacesAnUnreadFrame() {
    putAndRelease(frames.frame(1, 0));
    Frame newer = frames.frame(2, 0);

    assertThat(mailbox.put(newer)).isEqualTo(Put.REPLACED);
    newer.release();

    assertThat(frames.held()).as("the older one was freed").isEqualTo(1);
    assertThat(mailbox.take()).isSameAs(newer);
    newer.release();
  }

  @Test
  void offersOnlyToAnEmptySlot() {
    Frame first = frames.frame(1, 0);
    Frame second = frames.frame(2, 0);

    assertThat(mailbox.offer(first)).isTrue();
    assertThat(mailbox.offer(second)).isFalse();
    first.release();
    second.release();

    assertThat(frames.held()).isEqualTo(1);
    assertThat(mailbox.take()).isSameAs(first);
    first.release();
    assertThat(frames.held()).isZero();
  }

  @Test
  void freesWhatIsLeftWhenClosed() {
    putAndRelease(frames.frame(1, 0));

    assertThat(mailbox.close()).as("one was left").isTrue();
    assertThat(mailbox.close()).as("none is left any more").isFalse();

    assertThat(frames.held()).isZero();
    assertThat(mailbox.isEmpty()).isTrue();
    assertThat(mailbox.take()).isNull();
  }

  @Test
  void letsNothingInAfterClosing() {
    mailbox.close();
    Frame late = frames.frame(1, 0);

    assertThat(mailbox.put(late)).isEqualTo(Put.REFUSED);
    assertThat(mailbox.offer(late)).isFalse();
    late.release();

    assertThat(frames.held()).isZero();
    assertThat(mailbox.take()).isNull();
  }

  @Test
  void takesTheSameFrameTwiceWhenItWasPutTwice() {
    Frame frame = frames.frame(1, 0);
    mailbox.put(frame);
    assertThat(mailbox.put(frame)).isEqualTo(Put.REPLACED);
    frame.release();

    taken().release();

    assertThat(frames.held()).isZero();
  }

  @Test
  void aPutInTheMidstOfClosingIsRefused() {
    Frame late = frames.frame(2, 0);
    Frame left = frames.hooked(1, "release", () -> mailbox.put(late));
    mailbox.put(left);

    mailbox.close();

    late.release();
    assertThat(mailbox.take()).isNull();
    left.release();
    assertThat(frames.held()).isZero();
  }

  @Test
  void closingInTheMidstOfAPutFreesTheFrame() {
    Frame frame = frames.hooked(1, "retain", mailbox::close);

    assertThat(mailbox.put(frame)).isEqualTo(Put.REFUSED);

    frame.release();
    assertThat(frames.held()).isZero();
    assertThat(mailbox.take()).isNull();
  }

  @Test
  void closingInTheMidstOfAnOfferFreesTheFrame() {
    Frame frame = frames.hooked(1, "retain", mailbox::close);

    assertThat(mailbox.offer(frame)).isFalse();

    frame.release();
    assertThat(frames.held()).isZero();
  }

  @Test
  void theNewestOfTwoPutsThatOverlapIsTheOneThatEndsLast() {
    Frame inner = frames.frame(2, 0);
    Frame outer = frames.hooked(1, "retain", () -> mailbox.put(inner));

    assertThat(mailbox.put(outer)).as("it found the inner one there").isEqualTo(Put.REPLACED);

    inner.release();
    assertThat(taken()).isSameAs(outer);
    outer.release();
    outer.release();
    assertThat(frames.held()).isZero();
  }

  @Test
  void aFrameIsInTheSlotBeforeTheReplacedOneIsReleased() {
    List<Frame> seen = new ArrayList<>();
    Frame older = frames.hooked(1, "release", () -> seen.add(taken()));
    mailbox.put(older);
    Frame newer = frames.frame(2, 0);

    assertThat(mailbox.put(newer)).isEqualTo(Put.REPLACED);

    assertThat(seen).containsExactly(newer);
    newer.release();
    newer.release();
    older.release();
    assertThat(frames.held()).isZero();
  }

  /// Putters, takers and a closer start together, many times over; whatever the interleaving, each
  /// frame was replaced, taken or freed exactly once: a missing release leaves a block outstanding,
  /// and one too many throws.
  @Test
  void leaksNothingAndFreesNothingTwiceInAnyInterleaving()
      throws ExecutionException, InterruptedException {
    try (ExecutorService threads = Executors.newFixedThreadPool(5)) {
      for (int round = 0; round < 2_000; round++) {
        Mailbox shared = new Mailbox();
        CyclicBarrier start = new CyclicBarrier(5);
        List<Future<?>> all = new ArrayList<>();
        for (int putter = 0; putter < 2; putter++) {
          all.add(
              threads.submit(() -> {
                start.await();
                for (int i = 1; i <= 20; i++) {
                  Frame frame = frames.frame(i, 0);
                  if (i % 3 == 0) {
                    shared.offer(frame);
                  } else {
                    shared.put(frame);
                  }
                  frame.release();
                }
                return null;
              }));
        }
        for (int taker = 0; taker < 2; taker++) {
          all.add(
              threads.submit(() -> {
                start.await();
                for (int i = 0; i < 20; i++) {
                  @Nullable Frame frame = shared.take();
                  if (frame != null) {
                    frame.release();
                  }
                }
                return null;
              }));
        }
        int closeAfter = round % 40;
        all.add(
            threads.submit(() -> {
              start.await();
              for (int i = 0; i < closeAfter; i++) {
                shared.isEmpty();
              }
              shared.close();
              return null;
            }));
        for (Future<?> each : all) {
          each.get();
        }
        assertThat(frames.held()).as("after round %d", round).isZero();
        assertThat(shared.take()).isNull();
      }
    }
  }

  /// One putter, one taker: of what is put, what is taken and what is replaced nothing is missing,
  /// and the taker never sees an older frame after a newer one.
  @Test
  void losesNoCountAndKeepsTheOrder() throws ExecutionException, InterruptedException {
    int total = 20_000;
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<Integer> replaced =
          threads.submit(() -> {
            int count = 0;
            for (int i = 1; i <= total; i++) {
              Frame frame = frames.frame(i, 0);
              count += mailbox.put(frame) == Put.REPLACED ? 1 : 0;
              frame.release();
            }
            return count;
          });
      Future<Integer> taken =
          threads.submit(() -> {
            int count = 0;
            long last = 0;
            while (last < total) {
              Frame frame = mailbox.take();
              if (frame != null) {
                assertThat(frame.sequence()).isGreaterThan(last);
                last = frame.sequence();
                count++;
                frame.release();
              }
            }
            return count;
          });
      assertThat(replaced.get() + taken.get()).isEqualTo(total);
    }
    assertThat(frames.held()).isZero();
  }

  private void putAndRelease(Frame frame) {
    mailbox.put(frame);
    frame.release();
  }

  private Frame taken() {
    Frame frame = mailbox.take();
    assertThat(frame).isNotNull();
    return requireNonNull(frame);
  }
}
