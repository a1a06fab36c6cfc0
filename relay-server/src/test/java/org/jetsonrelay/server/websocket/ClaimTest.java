// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiPredicate;
import org.jetsonrelay.server.frame.Block;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Writing past the outbox: nobody else writes meanwhile, nothing that was signalled is lost, and
/// what the socket does not take goes the usual way.
class ClaimTest extends TransmitterFixture {
  @AfterEach
  void theOutboxNeverFailed() {
    assertThat(owner.outboxFailures).isEmpty();
  }

  private static final String PING = new String(ControlFrames.ping(7), StandardCharsets.ISO_8859_1);

  private boolean send(String text) {
    return send(text, (block, length) -> transmitter.send(block, 3, length));
  }

  private boolean sendAsking(String text) {
    return send(text, (block, length) -> transmitter.sendAsking(block, 3, length, 7));
  }

  private boolean send(String text, BiPredicate<Block, Integer> way) {
    byte[] bytes = ascii(text);
    Block block = pool.acquire(bytes.length + 3);
    try {
      block.memory().put(3, bytes);
      return way.test(block, bytes.length);
    } finally {
      block.release();
    }
  }

  private void queue(String text) {
    outbox.waiting.add(ascii(text));
  }

  @Test
  void cannotBeHadBeforeTheStart() {
    assertThat(transmitter.tryHold()).isFalse();
    transmitter.start(outbox);
    assertThat(transmitter.tryHold()).isTrue();
    transmitter.letGo();
  }

  @Test
  void writesOnThisThreadAndLeavesTheOutboxAlone() {
    transmitter.start(outbox);
    int asked = outbox.asked.get();
    assertThat(transmitter.tryHold()).isTrue();
    assertThat(send("past")).isTrue();
    transmitter.letGo();
    assertThat(writtenText()).isEqualTo("past");
    assertThat(outbox.asked).hasValue(asked);
    assertThat(outbox.sent).hasValue(0);
  }

  @Test
  void belongsToOneAtATime() {
    assertThat(transmitter.looksFree()).as("before it is up").isFalse();
    transmitter.start(outbox);
    assertThat(transmitter.looksFree()).isTrue();
    assertThat(transmitter.tryHold()).isTrue();
    assertThat(transmitter.looksFree()).isFalse();
    assertThat(transmitter.tryHold()).isFalse();
    transmitter.letGo();
    assertThat(transmitter.tryHold()).isTrue();
    transmitter.letGo();
  }

  @Test
  void doesAfterwardsWhatWasSignalledMeanwhile() {
    transmitter.start(outbox);
    assertThat(transmitter.tryHold()).isTrue();
    queue("late");
    transmitter.signal();
    assertThat(send("first,")).isTrue();
    assertThat(writtenText()).isEqualTo("first,");
    transmitter.letGo();
    assertThat(writtenText()).isEqualTo("first,late");
  }

  @Test
  void cannotBeHadWhileAUnitWaitsForTheSocket() {
    wire.takes = 0;
    wire.gate = new CountDownLatch(1);
    queue("unit");
    transmitter.start(outbox);
    assertThat(transmitter.tryHold()).isFalse();
    wire.gate.countDown();
    await().atMost(10, SECONDS).until(() -> outbox.sent.get() == 1);
    await().atMost(10, SECONDS).until(transmitter::tryHold);
    transmitter.letGo();
  }

  @Test
  void handsOverTheRestAndTellsTheOutboxWhenItIsWritten() {
    transmitter.start(outbox);
    wire.takes = 4;
    wire.gate = new CountDownLatch(1);
    assertThat(transmitter.tryHold()).isTrue();
    assertThat(send("picture,")).isFalse();
    queue("next");
    transmitter.signal();
    transmitter.letGo();
    assertThat(writtenText()).isEqualTo("pict");
    assertThat(outbox.sent).hasValue(0);
    assertThat(transmitter.tryHold()).isFalse();
    assertThat(transmitter.writingForNanos(System.nanoTime() + 1_000)).isPositive();
    wire.gate.countDown();
    await().atMost(10, SECONDS).until(() -> outbox.sent.get() == 2);
    assertThat(writtenText()).isEqualTo("picture,next");
  }

  @Test
  void handsOverAllOfItWhenTheSocketIsFull() {
    transmitter.start(outbox);
    wire.takes = 0;
    assertThat(transmitter.tryHold()).isTrue();
    assertThat(send("whole")).isFalse();
    transmitter.letGo();
    await().atMost(10, SECONDS).until(() -> outbox.sent.get() == 1);
    assertThat(writtenText()).isEqualTo("whole");
  }

  @Test
  void sendsAPingBehind() {
    transmitter.start(outbox);
    assertThat(transmitter.tryHold()).isTrue();
    assertThat(sendAsking("picture,")).isTrue();
    transmitter.letGo();
    assertThat(writtenText()).isEqualTo("picture," + PING);
    assertThat(outbox.sent).hasValue(0);
  }

  /// Of both what the socket takes; or all of the picture, but not of the ping.
  @ParameterizedTest
  @ValueSource(ints = {0, 4, 8})
  void handsOverTheRestWithThePing(int takes) {
    transmitter.start(outbox);
    wire.takes = takes;
    assertThat(transmitter.tryHold()).isTrue();
    assertThat(sendAsking("picture,")).isFalse();
    queue("next");
    transmitter.signal();
    transmitter.letGo();
    await().atMost(10, SECONDS).until(() -> outbox.sent.get() == 2);
    assertThat(writtenText()).isEqualTo("picture," + PING + "next");
  }

  @Test
  void givesTheRestBackWhenTheConnectionEnds() {
    transmitter.start(outbox);
    wire.takes = 1;
    wire.gate = new CountDownLatch(1);
    assertThat(transmitter.tryHold()).isTrue();
    assertThat(send("lost")).isFalse();
    transmitter.letGo();
    wire.close();
    await().atMost(10, SECONDS).until(() -> owner.failed.get() == 1);
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void endsAfterwardsWhenTheConnectionEndsMeanwhile() {
    transmitter.start(outbox);
    assertThat(transmitter.tryHold()).isTrue();
    transmitter.end();
    assertThat(outbox.discarded).hasValue(0);
    assertThat(send("still")).isTrue();
    transmitter.letGo();
    assertThat(outbox.discarded).hasValue(1);
  }

  @Test
  void writesTheCloseFrameAfterwards() {
    transmitter.start(outbox);
    assertThat(transmitter.tryHold()).isTrue();
    assertThat(transmitter.close(ControlFrames.emptyClose())).isTrue();
    assertThat(send("frame")).isTrue();
    transmitter.letGo();
    assertThat(writtenText()).isEqualTo("frame\u0088\u0000");
    assertThat(owner.closeSent).hasValue(1);
  }

  @Test
  void losesNothingAmongManyThreads() throws InterruptedException {
    transmitter.start(outbox);
    int threads = 6;
    int each = 4_000;
    AtomicInteger past = new AtomicInteger();
    List<Thread> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      running.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < each; i++) {
                  wire.takes = i % 5 == 0 ? 3 : -1;
                  while (!outbox.waiting.isEmpty()) { // or the claim would never be free
                    LockSupport.parkNanos(1_000);
                  }
                  if (transmitter.tryHold()) {
                    past.addAndGet(send("0123456789") ? 1 : 0);
                    transmitter.letGo();
                  } else {
                    queue("0123456789");
                    transmitter.signal();
                  }
                }
              }));
    }
    for (Thread thread : running) {
      thread.join();
    }
    await().atMost(30, SECONDS).until(() -> outbox.sent.get() + past.get() == threads * each);
    assertThat(past).hasPositiveValue();
    assertThat(writtenText().replace("0123456789", "")).isEmpty();
    assertThat(writtenText()).hasSize(10 * threads * each);
  }
}
