// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The capture thread with sources that misbehave on command. */
@Timeout(60)
class CaptureLoopTest {

  private enum Behaviour {
    WORKS,
    REFUSES_TO_OPEN,
    FAILS,
    CRASHES,
    ENDS,
    STAYS_SILENT
  }

  private static final CaptureSettings SETTINGS =
      new CaptureSettings(
          Duration.ofMillis(300),
          Duration.ofMillis(100),
          Duration.ofMillis(10),
          Duration.ofMillis(5),
          Duration.ofMillis(20),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5));

  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final AtomicInteger frames = new AtomicInteger();

  private final AtomicInteger interrupts = new AtomicInteger();

  /** While it is there, opening a source does not end, as in a driver that hangs. */
  private volatile @Nullable CountDownLatch stuck;

  /** Set by the tests, read by the capture thread. */
  private volatile Behaviour behaviour = Behaviour.WORKS;

  /** What the sources were told, and by whom. */
  private final List<String> qualities = new CopyOnWriteArrayList<>();

  private volatile boolean adjusts = true;

  private final class Obedient implements Source {

    @Override
    public boolean quality(int percent) {
      qualities.add(percent + " by " + Thread.currentThread().getName());
      return adjusts;
    }

    @Override
    public void open() throws SourceException {
      opened.incrementAndGet();
      CountDownLatch hanging = stuck;
      while (hanging != null && hanging.getCount() > 0) {
        try {
          hanging.await();
        } catch (InterruptedException e) {
          // A driver does not listen either.
          interrupts.incrementAndGet();
        }
      }
      if (behaviour == Behaviour.REFUSES_TO_OPEN) {
        throw new SourceException("not now");
      }
    }

    @Override
    public Read read(Picture into, Duration timeout) throws SourceException, InterruptedException {
      TimeUnit.MILLISECONDS.sleep(2);
      return switch (behaviour) {
        case WORKS -> Read.PICTURE;
        case FAILS -> throw new SourceException("unplugged");
        case CRASHES -> throw new UnsatisfiedLinkError("no library");
        case ENDS -> Read.END;
        case STAYS_SILENT, REFUSES_TO_OPEN -> Read.TIMEOUT;
      };
    }

    @Override
    public String description() {
      return "an obedient source";
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  private final CaptureLoop loop =
      new CaptureLoop(
          "front", Obedient::new, new Mailbox(4), frames::incrementAndGet, SETTINGS, new Random(1));

  @AfterEach
  void leavesNothingOpen() throws InterruptedException {
    assertThat(loop.stop()).isTrue();
    assertThat(closed).hasValue(opened.get());
  }

  private void awaitFrames() {
    int before = frames.get();
    await().until(() -> frames.get() > before + 3);
  }

  @Test
  void opensTheSourceOnlyWhileFramesAreWanted() {
    loop.start();
    assertThat(opened).hasValue(0);
    loop.want(true);
    awaitFrames();
    loop.want(false);
    await().until(() -> closed.get() == 1);
    loop.want(true);
    awaitFrames();
    assertThat(opened).hasValue(2);
  }

  @Test
  void buildsASourceAnewThatFailsInAnyWay() {
    loop.start();
    loop.want(true);
    awaitFrames();
    for (Behaviour failure : Behaviour.values()) {
      if (failure != Behaviour.WORKS) {
        int before = opened.get();
        behaviour = failure;
        await().until(() -> opened.get() >= before + 2);
        behaviour = Behaviour.WORKS;
        awaitFrames();
      }
    }
  }

  @Test
  void passesTheQualityOnByTheCaptureThreadAndAgainAfterEachOpening() {
    loop.start();
    loop.want(true);
    awaitFrames();
    assertThat(qualities).isEmpty();
    loop.quality(64);
    awaitFrames();
    assertThat(qualities).containsExactly("64 by capture-front");
    loop.quality(51);
    awaitFrames();
    loop.want(false);
    await().until(() -> closed.get() == 1);
    loop.want(true);
    awaitFrames();

    assertThat(qualities)
        .containsExactly("64 by capture-front", "51 by capture-front", "51 by capture-front");
    assertThat(loop.adjustable()).isTrue();
  }

  @Test
  void tellsThatASourceKeepsItsQuality() {
    adjusts = false;
    loop.start();
    loop.want(true);
    loop.quality(64);
    awaitFrames();
    await().until(() -> !loop.adjustable());
    awaitFrames();

    assertThat(qualities).containsExactly("64 by capture-front");
  }

  @Test
  void givesUpWaitingForTheFirstFrame() {
    behaviour = Behaviour.STAYS_SILENT;
    loop.start();
    loop.want(true);
    await().until(() -> opened.get() >= 2);
    assertThat(frames).hasValue(0);
  }

  @Test
  void stopsWhileItWaitsToTryAgain() {
    behaviour = Behaviour.REFUSES_TO_OPEN;
    loop.start();
    loop.want(true);
    await().until(() -> opened.get() >= 3);
  }

  @Test
  void buildsTheSourceAnewWhenItsDescriptionHasChanged() {
    loop.start();
    loop.want(true);
    awaitFrames();
    loop.reopen(SETTINGS);
    await().until(() -> opened.get() == 2 && closed.get() == 1);
    awaitFrames();
  }

  @Test
  void triesAChangedDescriptionAtOnce() {
    behaviour = Behaviour.REFUSES_TO_OPEN;
    loop.start();
    loop.want(true);
    await().until(() -> opened.get() >= 2);
    behaviour = Behaviour.WORKS;
    loop.reopen(SETTINGS);
    awaitFrames();
  }

  @Test
  void tellsHowLongTheSourceHasNotReturned() throws InterruptedException {
    CountDownLatch hanging = new CountDownLatch(1);
    stuck = hanging;
    assertThat(loop.insideNanos(System.nanoTime())).isZero();
    loop.start();
    loop.want(true);
    await().until(() -> opened.get() == 1);
    await().until(() -> loop.insideNanos(System.nanoTime()) > Duration.ofMillis(200).toNanos());
    loop.dismiss();
    assertThat(loop.insideNanos(System.nanoTime())).isPositive();
    hanging.countDown();
    assertThat(loop.stop()).isTrue();
    assertThat(loop.insideNanos(System.nanoTime())).isZero();
  }
}
