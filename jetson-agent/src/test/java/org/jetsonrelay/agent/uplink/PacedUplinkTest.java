// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetsonrelay.agent.capture.Mailbox;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.policy.QualitySettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames between pings, the gate, and the quality, against a relay that plays its part. */
@Timeout(60)
class PacedUplinkTest {

  private final Mailbox mailbox = new Mailbox(16);
  private final List<Integer> qualities = new CopyOnWriteArrayList<>();
  private final AtomicInteger offered = new AtomicInteger();
  private final AtomicBoolean wanted = new AtomicBoolean();
  private TestRelay relay;
  private Uplink uplink;

  /** A source that can do any quality. */
  private final Audience source =
      new Audience() {
        @Override
        public void wants(boolean frames) {
          wanted.set(frames);
        }

        @Override
        public boolean adjustable() {
          return true;
        }

        @Override
        public void quality(int percent) {
          qualities.add(percent);
        }
      };

  @BeforeEach
  void open() throws IOException {
    relay = new TestRelay();
    UplinkSettings settings =
        new UplinkSettings(
            relay.uri(),
            Optional.of("front"),
            Optional.empty(),
            false,
            Optional.of(QualitySettings.between(40, 80)),
            UplinkSettings.Limits.defaults());
    uplink =
        new Uplink(
            "front",
            settings,
            HttpClient.newHttpClient(),
            mailbox,
            source,
            InstantSource.system(),
            new Random(1));
  }

  @AfterEach
  void close() throws IOException {
    uplink.stop();
    await().until(() -> uplink.outcome().isDone());
    relay.close();
  }

  private TestRelay.Connection streaming() {
    uplink.start();
    await().until(() -> !relay.connections().isEmpty() && relay.last().registered());
    relay.last().startStreaming();
    await().untilTrue(wanted); // what was put before that is not sent
    return relay.last();
  }

  private void put(int bytes) {
    Picture picture = mailbox.filling();
    picture.clear(bytes).limit(bytes);
    picture.data().putInt(0, offered.incrementAndGet());
    picture.capturedAt(1);
    mailbox.put();
    uplink.wake();
  }

  private static int number(byte[] image) {
    return ByteBuffer.wrap(image).getInt();
  }

  @Test
  void sendsEachFrameBetweenTwoPings() {
    TestRelay.Connection connection = streaming();

    // Larger than any buffer on the way, so that the second ping has every reason to overtake.
    for (int i = 1; i <= 20; i++) {
      int count = i;
      put(3_000_000);
      await()
          .until(() ->
              connection.frames().stream().filter(f -> f.opcode() == 9).count() >= 2L * count);
    }

    List<TestRelay.Message> frames =
        connection.frames().subList(1, connection.frames().size()); // after the registration
    assertThat(frames).hasSize(80);
    long first = ByteBuffer.wrap(frames.get(0).payload()).getLong();
    for (int i = 0; i < frames.size(); i += 4) {
      assertThat(frames.subList(i, i + 4))
          .extracting(TestRelay.Message::opcode)
          .containsExactly(9, 1, 2, 9);
      assertThat(ByteBuffer.wrap(frames.get(i).payload()).getLong()).isEqualTo(first + i / 2);
      assertThat(ByteBuffer.wrap(frames.get(i + 3).payload()).getLong())
          .isEqualTo(first + i / 2 + 1);
    }
  }

  @Test
  void sendsTheNewestFrameWhenTheGateOpens() {
    relay.deaf();
    TestRelay.Connection connection = streaming();
    put(100);
    await().until(() -> connection.images().size() == 1);

    // Without a pong the next frame has to wait; what is put meanwhile replaces it.
    for (int i = 0; i < 50; i++) {
      put(100);
    }
    await().until(() -> number(connection.images().get(connection.images().size() - 1)) == 51);

    assertThat(connection.images())
        .extracting(PacedUplinkTest::number)
        .isSorted()
        .hasSizeLessThan(20);
    assertThat(mailbox.skippedSinceLastTime() + connection.images().size()).isEqualTo(51);
  }

  @Test
  void asksForFeedbackAndSendsNoMoreThanIsWanted() {
    TestRelay.Connection connection = streaming();
    assertThat(connection.messages().get(0).text())
        .endsWith("\"features\":[\"feedback\",\"clock\"]}");
    put(100);
    await().until(() -> connection.images().size() == 1);
    connection.say(
        "{\"type\":\"stream_feedback\",\"viewers\":1,\"deliveredFps\":1,\"wantedFps\":1,\"ageMs\":5}");
    // Heard when it answers what was said after that.
    connection.say("{\"type\":\"ping\"}");
    await().until(() -> connection.messages().stream().anyMatch(m -> m.text().contains("pong")));
    long before = System.nanoTime();
    put(100);
    await().until(() -> connection.images().size() == 2);
    put(100);
    await().until(() -> connection.images().size() == 3);

    // 1.25 frames a second: the third is due 0.8 s after the second, at the earliest.
    assertThat(System.nanoTime() - before).isGreaterThan(550_000_000L);
  }

  @Test
  void lowersTheQualityWhenNobodyGetsWhatItSends() {
    TestRelay.Connection connection = streaming();

    await()
        .pollInterval(Duration.ofMillis(20))
        .until(() -> {
          put(100);
          connection.say(
              "{\"type\":\"stream_feedback\",\"viewers\":1,\"deliveredFps\":2,\"wantedFps\":0,\"ageMs\":900}");
          return !qualities.isEmpty();
        });

    assertThat(qualities).first().isIn(48, 64); // 48 when this machine is too slow as well
  }

  @Test
  void leavesTheQualityAloneWhenAllGoesWell() {
    TestRelay.Connection connection = streaming();

    // Each frame only when the one before has arrived: how fast this machine is does not matter.
    await()
        .pollInterval(Duration.ofMillis(20))
        .until(() -> {
          if (connection.images().size() == offered.get()) {
            put(100);
          }
          connection.say(
              "{\"type\":\"stream_feedback\",\"viewers\":1,\"deliveredFps\":60,\"wantedFps\":0,\"ageMs\":9}");
          return connection.images().size() > 100;
        });

    assertThat(qualities).isEmpty();
  }
}
