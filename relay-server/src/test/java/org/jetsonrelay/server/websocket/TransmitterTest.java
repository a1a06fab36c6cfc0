// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The claim: no signal lost, one writer at a time, everything given back, whatever the socket
/// does.
class TransmitterTest extends TransmitterFixture {
  @Test
  void writesOnTheSignallingThreadWhenTheSocketIsFree() {
    transmitter.start(outbox);
    outbox.waiting.add(ascii("one"));
    outbox.waiting.add(ascii("two"));
    transmitter.signal();
    assertThat(writtenText()).isEqualTo("onetwo");
    assertThat(outbox.sent).hasValue(2);
    assertThat(wire.writers).isEmpty();
    assertThat(transmitter.writingForNanos(System.nanoTime())).isZero();
  }

  @Test
  void leavesAFullSocketToTheWriterThread() {
    wire.takes = 2;
    wire.gate = new CountDownLatch(1);
    transmitter.start(outbox);
    outbox.waiting.add(ascii("picture"));
    transmitter.signal(); // returns although the socket is full
    assertThat(writtenText()).isEqualTo("pi");
    await().atMost(10, SECONDS).until(() -> "writer-test".equals(wire.writers.peek()));
    assertThat(transmitter.writingForNanos(System.nanoTime() + 1_000))
        .isGreaterThanOrEqualTo(1_000);
    outbox.waiting.add(ascii("next"));
    transmitter.signal();
    wire.gate.countDown();
    await().atMost(10, SECONDS).until(() -> outbox.sent.get() == 2);
    assertThat(writtenText()).isEqualTo("picturenext");
    await().atMost(10, SECONDS).until(() -> transmitter.writingForNanos(System.nanoTime()) == 0);
  }

  @Test
  void doesNotKeepAPublisherForever() {
    for (int i = 0; i < 20; i++) {
      outbox.waiting.add(ascii("u"));
    }
    transmitter.start(outbox);
    await().atMost(10, SECONDS).until(() -> outbox.sent.get() == 20);
    assertThat(wire.tries).hasValue(8);
    assertThat(wire.writers).hasSize(12);
  }

  @Test
  void asksAgainWhenTheWaitIsOver() {
    outbox.waits = true;
    outbox.openAt.set(System.nanoTime() + 30_000_000);
    outbox.waiting.add(ascii("later"));
    transmitter.start(outbox);
    await().atMost(10, SECONDS).until(() -> outbox.sent.get() == 1);
    assertThat(System.nanoTime() - outbox.openAt.get()).isPositive();
  }

  @Test
  void asksAtOnceWhenSignalledDuringAWait() {
    outbox.waits = true;
    outbox.openAt.set(System.nanoTime() + TimeUnit.HOURS.toNanos(2));
    outbox.waiting.add(ascii("now"));
    transmitter.start(outbox);
    outbox.openAt.set(System.nanoTime());
    transmitter.signal();
    assertThat(writtenText()).isEqualTo("now");
  }

  @Test
  void movesTheAlarmForward() {
    outbox.waits = true;
    outbox.openAt.set(System.nanoTime() + TimeUnit.HOURS.toNanos(2));
    transmitter.start(outbox);
    outbox.waiting.add(ascii("soon"));
    outbox.openAt.set(System.nanoTime() + 20_000_000);
    transmitter.signal();
    await().atMost(10, SECONDS).until(() -> outbox.sent.get() == 1);
  }

  @Test
  void answersTheLatestPingBeforeTheOutbox() {
    wire.takes = 0;
    wire.gate = new CountDownLatch(1);
    outbox.waiting.add(ascii("a"));
    outbox.waiting.add(ascii("b"));
    transmitter.start(outbox);
    for (String ping : new String[] {"1", "2", "3"}) {
      transmitter.pong(ControlFrames.pong(ascii(ping), 1));
    }
    wire.gate.countDown();
    await().atMost(10, SECONDS).until(() -> outbox.sent.get() == 2);
    assertThat(writtenText()).isEqualTo("a\u008a\u00013b");
  }

  @Test
  void writesNothingAfterTheCloseFrame() {
    wire.takes = 1;
    wire.gate = new CountDownLatch(1);
    outbox.waiting.add(ascii("begun"));
    outbox.waiting.add(ascii("never"));
    transmitter.start(outbox);
    assertThat(transmitter.close(ControlFrames.emptyClose())).isTrue();
    assertThat(transmitter.close(ControlFrames.close(1000, "second"))).isFalse();
    transmitter.pong(ControlFrames.pong(ascii("p"), 1));
    wire.gate.countDown();
    await().atMost(10, SECONDS).until(() -> owner.closeSent.get() == 1);
    transmitter.signal();
    assertThat(writtenText()).isEqualTo("begun\u0088\u0000");
    assertThat(outbox.discarded).hasValue(1);
  }

  @Test
  void letsTheOutboxSayItsLastWordsBeforeTheCloseFrame() {
    outbox.lastWords.add(ascii("good"));
    outbox.lastWords.add(ascii("bye"));
    transmitter.start(outbox);
    transmitter.close(ControlFrames.emptyClose());
    assertThat(writtenText()).isEqualTo("goodbye\u0088\u0000");
    assertThat(owner.closeSent).hasValue(1);
  }

  @Test
  void doesNotWaitForAFarewellThatIsPromisedAndNeverSaid() {
    outbox.farewellLies = true;
    transmitter.start(outbox);
    transmitter.close(ControlFrames.emptyClose());
    assertThat(writtenText()).isEqualTo("\u0088\u0000");
    assertThat(owner.closeSent).hasValue(1);
  }

  @Test
  void doesNotSendAFarewellThatIsDenied() {
    outbox.farewellLies = true;
    outbox.lastWords.add(ascii("denied"));
    transmitter.start(outbox);
    transmitter.close(ControlFrames.emptyClose());
    assertThat(writtenText()).isEqualTo("\u0088\u0000");
    assertThat(owner.closeSent).hasValue(1);
  }

  @Test
  void doesBeforeTheStartNothingAndAfterItEverything() {
    transmitter.signal();
    transmitter.pong(ControlFrames.pong(ascii("x"), 1));
    outbox.waiting.add(ascii("early"));
    transmitter.signal();
    assertThat(wire.written.size()).isZero();
    transmitter.start(outbox);
    assertThat(writtenText()).isEqualTo("\u008a\u0001xearly");
  }

  @Test
  void endsTheConnectionWhenWritingFails() {
    wire.takes = 0;
    wire.closed.countDown();
    outbox.waiting.add(ascii("lost"));
    transmitter.start(outbox);
    await().atMost(10, SECONDS).until(() -> owner.failed.get() == 1);
    assertThat(outbox.discarded).hasValue(1);
  }

  @Test
  void closesWhenTheOutboxThrows() {
    owner.onOutboxFailed = () -> transmitter.close(ControlFrames.close(1011, "x"));
    outbox.breaks = true;
    outbox.waiting.add(ascii("broken"));
    outbox.waiting.add(ascii("never"));
    transmitter.start(outbox);
    assertThat(writtenText()).isEqualTo("\u0088\u0003\u0003\u00f3x");
    assertThat(owner.outboxFailures).hasSize(1);
    assertThat(outbox.asked).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void losesNoSignalAmongManyThreads(int round) throws InterruptedException {
    wire.random = true;
    transmitter.start(outbox);
    int threads = 8;
    int each = 5_000;
    List<Thread> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      running.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < each; i++) {
                  outbox.waiting.add(ascii("0123456789"));
                  transmitter.signal();
                  if (i % 16 == 0) {
                    transmitter.pong(ControlFrames.pong(new byte[0], 0));
                  }
                }
              }));
    }
    for (Thread thread : running) {
      thread.join();
    }
    await().atMost(30, SECONDS).until(() -> outbox.sent.get() == threads * each);
    String text = writtenText().replace("\u008a\u0000", "");
    assertThat(text).hasSize(10 * threads * each);
    assertThat(text.replace("0123456789", "")).isEmpty();
    assertThat(round).isPositive();
  }

  @Test
  void endsOnceWhoeverHoldsTheClaim() throws InterruptedException {
    transmitter.start(outbox);
    for (int i = 0; i < 2_000; i++) {
      ScriptedWire random = new ScriptedWire();
      random.random = true;
      QueueOutbox each = new QueueOutbox(pool);
      Transmitter ending = new Transmitter(random, pool, owner, "ending");
      ending.start(each);
      Thread publisher =
          Thread.ofVirtual()
              .start(() -> {
                for (int n = 0; n < 5; n++) {
                  each.waiting.add(ascii("0123456789"));
                  ending.signal();
                }
              });
      random.close();
      ending.end();
      publisher.join();
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .atMost(10, SECONDS)
          .until(() -> each.discarded.get() == 1);
      assertThat(each.afterDiscard).hasValue(0);
      assertThat(random.overlaps).hasValue(0);
    }
  }
}
