// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jetsonrelay.agent.capture.Mailbox;
import org.jetsonrelay.agent.capture.Picture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The uplink against a relay that plays the part each test gives it. */
@Timeout(60)
class UplinkTest {

  private final HttpClient client = HttpClient.newHttpClient();
  private final Mailbox mailbox = new Mailbox(16);
  private final List<Boolean> wishes = new CopyOnWriteArrayList<>();
  private final UplinkSettings.Limits quick =
      new UplinkSettings.Limits(
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMillis(20),
          Duration.ofMillis(100),
          Duration.ofMillis(200),
          Duration.ofSeconds(2),
          Duration.ofMillis(500),
          1000);

  private TestRelay relay;
  private @Nullable Uplink uplink;

  @BeforeEach
  void listen() throws IOException {
    relay = new TestRelay();
  }

  @AfterEach
  void stopAll() throws IOException {
    Uplink ending = uplink;
    if (ending != null) {
      ending.stop();
      await().until(() -> ending.outcome().isDone());
    }
    relay.close();
  }

  private Uplink start(UplinkSettings.Limits limits) {
    return start(relay.uri(), limits, settings -> settings);
  }

  private Uplink start(
      URI uri, UplinkSettings.Limits limits, UnaryOperator<UplinkSettings> change) {
    UplinkSettings settings =
        change.apply(
            new UplinkSettings(
                uri, Optional.of("front"), Optional.empty(), false, Optional.empty(), limits));
    Uplink started =
        new Uplink(
            "front", settings, client, mailbox, wishes::add, InstantSource.system(), new Random(1));
    uplink = started;
    started.start();
    return started;
  }

  private TestRelay.Connection registered(int connections) {
    await()
        .until(() ->
            relay.connections().size() >= connections
                && relay.connections().get(connections - 1).registered());
    return relay.connections().get(connections - 1);
  }

  private void put(String content, long capturedAt) {
    Picture picture = mailbox.filling();
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    picture.clear(bytes.length).put(bytes).flip();
    picture.capturedAt(capturedAt);
    mailbox.put();
    if (uplink != null) {
      uplink.wake();
    }
  }

  @Test
  void registersAsTheCameraItIs() {
    start(
        relay.uri(),
        quick,
        s ->
            new UplinkSettings(
                s.relay(), s.name(), Optional.of("s3cret"), false, Optional.empty(), quick));

    TestRelay.Connection connection = registered(1);

    assertThat(connection.messages().get(0).text())
        .isEqualTo(
            "{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"front\",\"token\":\"s3cret\",\"features\":[\"clock\"]}");
    assertThat(connection.request()).contains("Authorization: Bearer s3cret");
  }

  @Test
  void sendsOnlyWhileSomebodyWatches() {
    start(quick);
    TestRelay.Connection connection = registered(1);
    put("unwatched", 1);
    connection.startStreaming();
    await().until(() -> wishes.equals(List.of(true)));

    put("first", 1755500000123L);
    await().until(() -> connection.images().size() == 1);
    connection.stopStreaming();
    await().until(() -> wishes.equals(List.of(true, false)));
    put("late", 3);
    connection.startStreaming();
    await().until(() -> wishes.equals(List.of(true, false, true)));
    put("second", 1755500000999L);
    await().until(() -> connection.images().size() == 2);

    assertThat(connection.messages())
        .extracting(TestRelay.Message::text)
        .endsWith(
            "{\"type\":\"image_data\",\"from\":\"client_7_me\",\"size\":5,\"format\":\"jpeg\",\"timestamp\":\"1755500000123\",\"source\":\"front\"}",
            "first",
            "{\"type\":\"image_data\",\"from\":\"client_7_me\",\"size\":6,\"format\":\"jpeg\",\"timestamp\":\"1755500000999\",\"source\":\"front\"}",
            "second");
  }

  @Test
  void sendsToNobodyInParticularWhenAlwaysOn() {
    start(
        relay.uri(),
        quick,
        s -> new UplinkSettings(s.relay(), s.name(), s.token(), true, Optional.empty(), quick));
    TestRelay.Connection connection = registered(1);
    await().until(() -> wishes.equals(List.of(true)));

    await()
        .until(() -> {
          put("frame", 1);
          return !connection.images().isEmpty();
        });
  }

  @Test
  void answersPingsInJson() {
    start(quick);
    TestRelay.Connection connection = registered(1);

    connection.say("{\"type\":\"ping\"}");

    await()
        .until(() ->
            connection
                .messages()
                .get(connection.messages().size() - 1)
                .text()
                .equals("{\"type\":\"pong\"}"));
  }

  @Test
  void assemblesFragmentsAndIgnoresWhatItDoesNotKnow() {
    start(quick);
    TestRelay.Connection connection = registered(1);

    connection.say("{\"type\":\"from_the_future\"}");
    connection.say("no JSON at all");
    connection.frame(0x82, new byte[5000]);
    connection.frame(0x01, "{\"type\":\"start_".getBytes(StandardCharsets.UTF_8));
    connection.frame(0x89, new byte[] {1});
    connection.frame(0x80, "streaming\"}\0".getBytes(StandardCharsets.UTF_8));

    await().until(() -> wishes.equals(List.of(true)));
    assertThat(relay.connections()).hasSize(1);
  }

  @Test
  void takesAMessageOfTheLimitAndClosesAtOneMore() {
    start(quick);
    TestRelay.Connection connection = registered(1);
    String start = "{\"type\":\"start_streaming\"}";

    connection.say(start + " ".repeat(1000 - start.length()));
    await().until(() -> wishes.equals(List.of(true)));
    connection.say(start + " ".repeat(1001 - start.length()));

    await().until(() -> connection.closeCode() == 1000);
    registered(2);
  }

  @Test
  void comesBackWhenTheRelayIsRestarted() throws IOException {
    start(quick);
    registered(1).startStreaming();
    await().until(() -> wishes.equals(List.of(true)));
    int port = relay.port();
    relay.close();
    relay = new TestRelay(port);

    registered(1).startStreaming();
    await()
        .until(() -> {
          put("again", 1);
          return !relay.last().images().isEmpty();
        });

    // The source was kept open all the while.
    assertThat(wishes).containsExactly(true);
  }

  @Test
  void doesNotLeakThreadsOverFiftyConnections() throws IOException {
    // With quick pings: the HTTP client of JDK 17 sometimes does not report the end of a
    // connection, silence does.
    start(with(quick.register(), Duration.ofMillis(200), quick.send()));
    registered(1).drop();
    registered(2);
    int before = agentThreads();
    for (int i = 2; i < 50; i++) {
      registered(i).drop();
    }
    registered(50);

    // The client's own pool may grow by a thread or two; one per connection would be 48.
    assertThat(agentThreads()).isLessThanOrEqualTo(before + 4);
  }

  private static int agentThreads() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> !thread.getName().equals("test-relay"))
            .count();
  }

  @Test
  void stopsCapturingWhenTheRelayStaysAway() throws IOException {
    UplinkSettings.Limits limits = withLinger(Duration.ofMillis(50));
    start(relay.uri(), limits, s -> s);
    registered(1).startStreaming();
    await().until(() -> wishes.equals(List.of(true)));

    relay.close();

    await().until(() -> wishes.equals(List.of(true, false)));
  }

  private UplinkSettings.Limits withLinger(Duration linger) {
    return new UplinkSettings.Limits(
        quick.connect(),
        quick.register(),
        quick.ping(),
        quick.send(),
        linger,
        quick.retryFirst(),
        quick.retryLast(),
        quick.steady(),
        quick.replaced(),
        quick.closing(),
        quick.messageChars());
  }

  private UplinkSettings.Limits with(Duration register, Duration ping, Duration send) {
    return new UplinkSettings.Limits(
        quick.connect(),
        register,
        ping,
        send,
        quick.linger(),
        quick.retryFirst(),
        quick.retryLast(),
        quick.steady(),
        quick.replaced(),
        quick.closing(),
        quick.messageChars());
  }

  @Test
  void leavesARelayThatDoesNotAnswerPings() {
    relay.deaf();
    start(with(quick.register(), Duration.ofMillis(100), quick.send()));

    registered(2);

    assertThat(relay.connections().get(0).ended()).isTrue();
  }

  @Test
  void staysWithARelayThatAnswersPings() {
    start(with(quick.register(), Duration.ofMillis(100), quick.send()));
    registered(1);

    await().during(1, SECONDS).until(() -> relay.connections().size() == 1);
  }

  @Test
  void leavesARelayThatDoesNotAnswerTheRegistration() {
    relay.ignoring();
    start(with(Duration.ofMillis(200), quick.ping(), quick.send()));

    registered(2);
  }

  @Test
  void abandonsASendThatIsStuck() {
    start(with(quick.register(), quick.ping(), Duration.ofMillis(300)));
    TestRelay.Connection connection = registered(1);
    connection.startStreaming();
    await().until(() -> wishes.equals(List.of(true)));
    relay.stalled();
    String large = "x".repeat(8 * 1024 * 1024);
    // The frame being read ends the reading; the next ones fill the socket until a send is stuck.
    await()
        .atMost(30, SECONDS)
        .until(() -> {
          put(large, 1);
          return relay.connections().size() > 1;
        });
  }

  @ParameterizedTest
  @CsvSource({"401 Unauthorized", "403 Forbidden"})
  void givesUpWhenTheHandshakeIsRefused(String status) {
    relay.refusing(status);

    Uplink refused = start(quick);

    await().until(() -> refused.outcome().isDone());
    assertThat(refused.outcome()).isCompletedWithValue(Uplink.Outcome.REFUSED);
    assertThat(relay.connections()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"4401,REFUSED", "4403,REFUSED"})
  void givesUpWhenTheConnectionIsRefused(int code, Uplink.Outcome outcome) {
    Uplink refused = start(quick);

    registered(1).closeWith(code, "go away");

    await().until(() -> refused.outcome().isDone());
    assertThat(refused.outcome()).isCompletedWithValue(outcome);
  }

  @Test
  void givesUpWhenTheTokenIsWrong() {
    Uplink refused = start(quick);

    registered(1)
        .say(
            "{\"type\":\"error\",\"code\":\"unauthorized\",\"message\":\"The token does not allow this\"}");

    await().until(() -> refused.outcome().isDone());
    assertThat(refused.outcome()).isCompletedWithValue(Uplink.Outcome.REFUSED);
  }

  @ParameterizedTest
  @CsvSource({"404 Not Found", "503 Service Unavailable", "200 OK", "301 Moved"})
  void triesAgainAfterAnyOtherAnswer(String status) {
    relay.refusing(status);
    Uplink patient = start(quick);

    await().until(() -> relay.connections().size() >= 3);

    assertThat(patient.outcome()).isNotDone();
  }

  @Test
  void staysAwayForAWhileWhenItWasReplaced() {
    start(quick);

    registered(1).closeWith(4409, "replaced");

    await().during(1, SECONDS).until(() -> relay.connections().size() == 1);
    registered(2);
  }

  @Test
  void saysGoodbyeWhenStopped() {
    Uplink polite = start(quick);
    TestRelay.Connection connection = registered(1);

    polite.stop();

    await().until(() -> polite.outcome().isDone());
    assertThat(polite.outcome()).isCompletedWithValue(Uplink.Outcome.STOPPED);
    assertThat(connection.closeCode()).isEqualTo(1000);
  }

  @Test
  void stopsWhileNoRelayIsThere() throws IOException {
    relay.close();
    Uplink waiting = start(quick);

    waiting.stop();

    await().until(() -> waiting.outcome().isDone());
    assertThat(waiting.outcome()).isCompletedWithValue(Uplink.Outcome.STOPPED);
  }
}
