// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jetsonrelay.server.frame.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What happens when everything happens at once.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HubConcurrencyTest {

  /// All processors that virtual threads have are busy with frames for many viewers, and one more
  /// such thread wants to run.
  @Test
  void othersRunWhileFramesGoToManyViewers() throws InterruptedException {
    int processors =
        Integer.getInteger(
            "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
    int viewers = Volley.MOST + 1;
    TestHub on = new TestHub(settings(processors, viewers));
    for (int i = 0; i < viewers; i++) {
      on.watchAll(new TestViewer("v" + i));
    }
    AtomicInteger ready = new AtomicInteger();
    AtomicBoolean ran = new AtomicBoolean();
    AtomicInteger sawIt = new AtomicInteger();
    List<Thread> publishing = new ArrayList<>();
    for (int i = 0; i < processors; i++) {
      Feed feed = on.attach(new TestPublisher("p" + i), "camera" + i);
      Runnable publishes =
          () -> {
            ready.incrementAndGet();
            spinUntil(() -> ready.get() > processors);
            for (int n = 0; n < 10_000 && !ran.get(); n++) {
              on.publish(feed);
            }
            if (ran.get()) {
              sawIt.incrementAndGet();
            }
          };
      publishing.add(Thread.ofVirtual().start(publishes));
    }
    spinUntil(() -> ready.get() == processors);
    Thread other = Thread.ofVirtual().start(() -> ran.set(true));
    ready.incrementAndGet();
    for (Thread thread : publishing) {
      thread.join();
    }
    other.join();
    assertThat(sawIt).hasValue(processors);
  }

  /// Waits without giving the processor away.
  private static void spinUntil(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  private static HubSettings settings(int cameras, int viewers) {
    Duration second = Duration.ofSeconds(1);
    return new HubSettings(cameras, 0, viewers, 1, second, second, second, 1, 1_000, 1);
  }

  @Test
  void callbacksMayCallTheHubAgainFromAnyThread() {
    TestHub on = new TestHub();
    AtomicInteger calls = new AtomicInteger();
    // Another thread, waited for: it would wait for ever if the lock were held around the callback.
    try (ExecutorService other = Executors.newCachedThreadPool()) {
      Runnable callsBack =
          () -> {
            CompletableFuture.runAsync(() -> on.hub.cameraRows(0), other)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
            on.hub.tick(on.nowNanos);
            calls.incrementAndGet();
          };
      TestViewer viewer = new TestViewer("v1", callsBack);
      TestPublisher first = new TestPublisher("p1", callsBack);
      TestPublisher second = new TestPublisher("p2", callsBack);

      Feed feed = on.attach(first, "front");
      on.publish(feed);
      Watch watch = on.watchAll(viewer);
      feed = on.attach(second, "front");
      on.publish(feed);
      assertThat(on.hub.viewerRows()).hasSize(1);
      on.choose(watch, Choice.NONE);
      on.tickAfter(5_000);
      on.detach(feed);

      assertThat(first.told).containsExactly("start v1", "replaced");
      assertThat(second.told).containsExactly("start v1", "stop v1");
      assertThat(viewer.mails).as("the latest, then the new one").hasValue(2);
      // camera replaced, live again, stale, gone; four orders, two mails, one row
      assertThat(viewer.changes).hasValue(4);
      assertThat(calls).hasValue(11);
    }
  }

  @Test
  void aViewerThatFailsHarmsNobodyElse() {
    TestHub on = new TestHub();
    TestViewer failing =
        new TestViewer(
            "v1",
            () -> {
              throw new IllegalStateException("broken");
            });
    TestViewer sound = new TestViewer("v2");
    on.watchAll(failing);
    Watch watch = on.watchAll(sound);
    Feed feed = on.attach(new TestPublisher("p1"), "front");

    on.publish(feed);
    on.publish(feed);

    assertThat(sound.mails).hasValue(2);
    assertThat(sound.changes).as("came, live").hasValue(2);
    assertThat(TestHub.takeAll(watch)).containsExactly("front/2");
  }

  /// Orders are made under the lock and told after it. Threads that join and leave as fast as they
  /// can, without a linger time, must still leave the publisher with the last order, and never with
  /// the same one twice.
  @Test
  void ordersToAPublisherNeverOvertakeEachOther() throws ExecutionException, InterruptedException {
    HubSettings s = HubSettings.defaults();
    TestHub on =
        new TestHub(
            new HubSettings(
                s.maxCameras(),
                s.maxRemoteCameras(),
                s.maxViewers(),
                s.maxChosenCameras(),
                Duration.ZERO,
                s.stale(),
                s.freshEnough(),
                s.maxAnnounced(),
                s.maxAnnouncedBytes(),
                s.maxDraining()));
    TestPublisher publisher = new TestPublisher("p1");
    Feed feed = on.attach(publisher, "front");
    long now = on.nowNanos;
    CyclicBarrier start = new CyclicBarrier(3);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        Watch watch = on.join(new TestViewer("v" + t));
        all.add(
            threads.submit(() -> {
              start.await();
              for (int i = 0; i < 3_000; i++) {
                on.hub.choose(watch, Choice.ALL, now);
                on.hub.choose(watch, Choice.NONE, now);
                on.hub.tick(now);
              }
              return null;
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    on.hub.tick(now);

    List<String> words = publisher.told.stream().map(line -> line.substring(0, 4)).toList();
    assertThat(words).hasSizeGreaterThan(2);
    assertThat(words.getLast()).isEqualTo("stop");
    for (int i = 0; i < words.size(); i++) {
      assertThat(words.get(i)).as("order %d", i).isEqualTo(i % 2 == 0 ? "star" : "stop");
    }
    assertThat(on.row("front").demand()).isEqualTo("idle");
    assertThat(feed.ended()).isFalse();
  }

  /// A camera's only frame and a viewer's choice at the same moment: be it as the latest frame or
  /// as a published one, the viewer gets it, once.
  @Test
  void aViewerWhoJoinsDuringAFrameMissesNothing() throws ExecutionException, InterruptedException {
    TestHub on = new TestHub();
    CyclicBarrier start = new CyclicBarrier(2);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 2_000; round++) {
        Feed feed = on.attach(new TestPublisher("p" + round), "front");
        TestViewer viewer = new TestViewer("v1");
        Watch watch = on.join(viewer);
        Future<?> publishing =
            threads.submit(() -> {
              start.await();
              on.publish(feed);
              return null;
            });
        Future<?> choosing =
            threads.submit(() -> {
              start.await();
              on.choose(watch, Choice.ALL);
              return null;
            });
        publishing.get();
        choosing.get();

        assertThat(viewer.mails.get()).as("mails in round %d", round).isPositive();
        assertThat(TestHub.takeAll(watch)).as("round %d", round).containsExactly("front/1");
        on.leave(watch);
        on.detach(feed);
      }
    }
    assertThat(on.frames.held()).isZero();
  }

  /// Publishers publish, replace each other and leave while viewers join, choose, take, leave, and
  /// others borrow the latest frame. In the end nobody holds a frame; meanwhile no viewer saw a
  /// camera's frames out of order, and no reference was given back twice (that would throw).
  @Test
  void leaksNoFrameWhateverRunsAtTheSameTime() throws ExecutionException, InterruptedException {
    TestHub on = new TestHub(HubSettings.defaults());
    Hub hub = on.hub;
    long now = on.nowNanos;
    List<String> names = List.of("a", "b", "c");
    Set<String> disorder = ConcurrentHashMap.newKeySet();
    AtomicInteger received = new AtomicInteger();
    CyclicBarrier start = new CyclicBarrier(8);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int p = 0; p < 3; p++) {
        int number = p;
        all.add(
            threads.submit(() -> {
              RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
              start.await();
              for (int round = 0; round < 150 || received.get() == 0; round++) {
                TestPublisher publisher = new TestPublisher("p" + number + "." + round);
                Feed feed =
                    ((Attachment.Attached)
                            hub.attach(publisher, names.get(random.nextInt(3)), "", now))
                        .feed();
                for (int i = 0; i < 20; i++) {
                  on.publish(feed);
                  on.announce(feed, Announced.Kind.H264_CHUNK, i % 5 == 0);
                }
                hub.detach(feed, now);
              }
              return null;
            }));
      }
      for (int v = 0; v < 4; v++) {
        int number = v;
        all.add(
            threads.submit(() -> {
              RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
              start.await();
              for (int round = 0; round < 150 || received.get() == 0; round++) {
                Watch watch = ((Admission.Admitted) hub.join(new TestViewer("v" + number))).watch();
                for (int i = 0; i < 4; i++) {
                  hub.choose(
                      watch,
                      random.nextBoolean()
                          ? Choice.ALL
                          : new Choice.Named(Set.of(names.get(random.nextInt(3)))),
                      now);
                  received.addAndGet(takeSome(watch, disorder));
                }
                hub.leave(watch, now);
              }
              return null;
            }));
      }
      all.add(
          threads.submit(() -> {
            start.await();
            for (int i = 0; i < 10_000; i++) {
              Frame frame = hub.latest(names.get(i % 3));
              if (frame != null) {
                frame.release();
              }
              hub.tick(now);
            }
            return null;
          }));
      for (Future<?> each : all) {
        each.get();
      }
    }

    assertThat(disorder).isEmpty();
    assertThat(received).as("the race was run at all").hasPositiveValue();
    assertThat(on.names()).isEmpty();
    assertThat(hub.viewerRows()).isEmpty();
    assertThat(on.frames.held()).isZero();
  }

  private static int takeSome(Watch watch, Set<String> disorder) {
    int taken = 0;
    for (Subscription subscription : watch.subscriptions()) {
      long last = 0;
      for (int i = 0; i < 5; i++) {
        Frame frame = subscription.take();
        if (frame != null) {
          if (frame.sequence() <= last) {
            disorder.add(subscription.camera().name() + ": " + frame.sequence() + " after " + last);
          }
          last = frame.sequence();
          taken++;
          frame.release();
        }
        Announced one = subscription.pollAnnounced();
        if (one != null) {
          taken++;
          one.release();
        }
      }
    }
    return taken;
  }
}
