// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `stream_feedback`, from two viewers' wishes to two cameras, of which only one asked for it.
@Timeout(60)
class StreamFeedbackTest {

  private static final byte[] JPEG = HexFormat.of().parseHex("ffd8ffd9");
  private static final Pattern FEEDBACK =
      Pattern.compile(
          "\\{\"type\":\"stream_feedback\",\"viewers\":(\\d+),\"deliveredFps\":([0-9.]+),"
              + "\"wantedFps\":([0-9.]+),\"ageMs\":(\\d+)}");

  private final RelayServer relay =
      RelayServer.start(
          RelaySettings.read(new SettingsReader(Map.of("HOST", "127.0.0.1", "PORT", "0")::get)));
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    relay.close();
  }

  /// Keeps the texts that it is sent.
  private final class Client implements WebSocket.Listener {
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final WebSocket socket =
        http.newWebSocketBuilder()
            .buildAsync(URI.create("ws://127.0.0.1:" + relay.port() + "/ws"), this)
            .join();

    Client(String... messages) {
      for (String message : messages) {
        say(message);
      }
    }

    void say(String message) {
      socket.sendText(message, true).join();
    }

    void image() {
      socket.sendBinary(ByteBuffer.wrap(JPEG), true).join();
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        texts.add(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    List<String> feedback() {
      return texts.stream().filter(one -> one.contains("stream_feedback")).toList();
    }
  }

  @Test
  void tellsACameraThatAskedWhatItsAudienceGets() {
    String camera = "{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"%s\"%s}";
    String viewer = "{\"type\":\"client_type\",\"clientType\":\"flutter\"}";
    Client front = new Client(camera.formatted("front", ",\"features\":[\"feedback\"]"));
    Client back = new Client(camera.formatted("back", ""));
    Client slow = new Client(viewer, "{\"type\":\"request_stream\",\"maxFps\":4}");

    // Twenty images a second, as often as this looks.
    await()
        .pollInterval(Duration.ofMillis(50))
        .until(() -> {
          front.image();
          back.image();
          return front.feedback().stream()
              .map(FEEDBACK::matcher)
              .filter(Matcher::matches)
              .anyMatch(told ->
                  told.group(1).equals("1")
                      && Double.parseDouble(told.group(2)) > 0
                      && Double.parseDouble(told.group(2)) < 8
                      && told.group(3).equals("4"));
        });
    Client fast = new Client(viewer, "{\"type\":\"request_stream\"}");
    await()
        .until(() ->
            front.feedback().stream()
                .map(FEEDBACK::matcher)
                .anyMatch(told ->
                    told.matches() && told.group(1).equals("2") && told.group(3).equals("0")));

    assertThat(front.feedback()).allMatch(text -> FEEDBACK.matcher(text).matches());
    assertThat(back.feedback()).isEmpty();
    assertThat(slow.feedback()).isEmpty();
    assertThat(fast.feedback()).isEmpty();
  }
}
