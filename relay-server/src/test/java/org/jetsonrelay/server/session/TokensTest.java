// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.jetsonrelay.server.Jpegs;
import org.jetsonrelay.server.LogLines;
import org.jetsonrelay.server.TestClient;
import org.jetsonrelay.server.TestRelay;
import org.jetsonrelay.server.auth.Access;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.auth.Decision;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Tokens in a header, in the query, and in `client_type`; refusals in HTTP and in WebSocket; and
/// that no token is ever logged.
class TokensTest {
  private static final String PUBLISH = "publish-secret-1";
  private static final String VIEW = "view-secret-2";
  private static final String WRONG = "wrong-secret-3";
  private static final String WHO = "{\"type\":\"client_type\",\"clientType\":";

  private final LogLines http = new LogLines("io.helidon", Level.ALL);
  private final LogLines own = new LogLines("org.jetsonrelay", Level.ALL);
  private final TestRelay relay =
      TestRelay.start("PUBLISH_TOKEN", PUBLISH, "VIEW_TOKEN", VIEW, "ADMIN_TOKEN", "admin-secret");

  @AfterEach
  void stop() {
    relay.close();
    http.close();
    own.close();
    assertThat(own.lines()).isNotEmpty();
    for (String secret : new String[] {PUBLISH, VIEW, WRONG}) {
      assertThat(own.lines()).noneMatch(line -> line.contains(secret));
      assertThat(http.lines()).noneMatch(line -> line.contains(secret));
    }
  }

  private String answer(String path, String... headers) throws IOException {
    try (RawWebSocket client = RawWebSocket.connect(relay.port())) {
      client.send(RawWebSocket.handshake(path, headers));
      return client.readResponse();
    }
  }

  @Test
  void takesATokenFromHeaderQueryAndRegistration() {
    TestClient header = relay.client("", Map.of("Authorization", "Bearer " + VIEW)).asViewer();
    TestClient query = relay.client("?token=" + VIEW).asViewer();
    TestClient message = relay.client().asViewer(",\"token\":\"" + VIEW + '"');
    TestClient camera =
        relay.client("", Map.of("Authorization", "Bearer " + PUBLISH)).asCamera("front");
    header.watch();
    query.watch();
    message.watch();
    camera.awaitText("start_streaming");
    byte[] image = Jpegs.jpeg(2_000, 1);
    camera.send(image);
    header.expectFrame(image);
    query.expectFrame(image);
    message.expectFrame(image);
  }

  @Test
  void theTokenOfAMessageCountsMoreThanThatOfTheHandshake() {
    relay.client("?token=" + PUBLISH).asViewer(",\"token\":\"" + VIEW + '"').assertExhausted();
  }

  @Test
  void refusesAnUnknownTokenBeforeTheUpgrade() throws IOException {
    assertThat(answer("/ws?token=" + WRONG)).startsWith("HTTP/1.1 401 ").doesNotContain(WRONG);
    assertThat(answer("/ws", "Authorization: Bearer " + WRONG)).startsWith("HTTP/1.1 401 ");
    assertThat(answer("/ws?token=" + "x".repeat(2_000))).startsWith("HTTP/1.1 401 ");
    assertThat(relay.openSessions()).isZero();
  }

  @Test
  void refusesACameraWithATokenThatMayOnlyView() {
    // The admin token may view, so it passes the handshake, and is refused as a camera.
    TestClient admin = relay.client("?token=admin-secret");
    admin.say(WHO + "\"jetson\"}");
    admin.nextError("unauthorized");
    admin.awaitClose(4403);
  }

  @Test
  void closesWith4401WithoutAKnownTokenAndWith4403WithoutTheRightOne() {
    TestClient none = relay.client();
    none.say(WHO + "\"flutter\"}");
    none.nextError("unauthorized");
    none.awaitClose(4401);

    TestClient unknown = relay.client();
    unknown.say(WHO + "\"jetson\",\"token\":\"" + WRONG + "\"}");
    assertThat(unknown.nextError("unauthorized")).doesNotContain(WRONG);
    assertThat(unknown.awaitClose(4401)).doesNotContain(WRONG);

    TestClient viewer = relay.client("?token=" + VIEW);
    viewer.say(WHO + "\"jetson\"}");
    viewer.nextError("unauthorized");
    viewer.awaitClose(4403);

    TestClient camera = relay.client();
    camera.say(WHO + "\"flutter\",\"token\":\"" + PUBLISH + "\"}");
    camera.nextError("unauthorized");
    camera.awaitClose(4403);
  }

  @Test
  void makesNoCameraOfAnUnregisteredClientWithoutAToken() {
    TestClient client = relay.client();
    client.send(Jpegs.jpeg(2_000, 1));
    client.nextError("unauthorized");
    client.awaitClose(4401);
    TestClient known = relay.client("?token=" + PUBLISH);
    known.send(Jpegs.jpeg(2_000, 1)).assertExhausted();
    assertThat(relay.openSessions()).isGreaterThanOrEqualTo(1);
  }

  @Test
  void takesNoLargeMessageFromWhomMayNotPublish() {
    TestClient client = relay.client();
    client.send(Jpegs.jpeg(64 * 1024 + 1, 1));
    client.awaitClose(1009);
  }

  /// Any token is good for what its first word says, and each is another owner.
  private static final class ManyTokens implements Access {
    private static final List<String> PUBLISHERS = List.of("publish-one", "publish-two");

    @Override
    public boolean guarded(Action action) {
      return true;
    }

    @Override
    public Decision decide(Action action, @Nullable String camera, Credential credential) {
      boolean publisher =
          PUBLISHERS.stream().anyMatch(token -> Credential.ofToken(token).sameAs(credential));
      return action == Action.PUBLISH && publisher
          ? new Decision.Granted()
          : new Decision.Forbidden("not this one");
    }
  }

  @Test
  void keepsANameForTheTokenItWasTakenWith() {
    try (TestRelay many = TestRelay.start(new ManyTokens())) {
      TestClient first = many.client("?token=publish-one").asCamera("front");
      TestClient thief = many.client("?token=publish-two");
      thief.say(WHO + "\"jetson\",\"name\":\"front\"}");
      assertThat(thief.nextError("name_taken")).contains("front");
      // The connection stays open: another name will do.
      thief.asCamera("rear").assertExhausted();
      first.assertExhausted();
      TestClient again = many.client("?token=publish-one").asCamera("front");
      first.awaitClose(4409);
      again.assertExhausted();
    }
    relay.client();
  }

  @Test
  void refusesAKnownTokenThatAllowsNothingHereWith403() throws IOException {
    try (TestRelay many = TestRelay.start(new ManyTokens());
        RawWebSocket client = RawWebSocket.connect(many.port())) {
      client.send(RawWebSocket.handshake("/ws?token=of-the-house"));
      assertThat(client.readResponse()).startsWith("HTTP/1.1 403 ");
      relay.client();
    }
  }
}
