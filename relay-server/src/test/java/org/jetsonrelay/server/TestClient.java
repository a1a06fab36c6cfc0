// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A client over the JDK's WebSocket that keeps every message in the order it came, and is asked
/// for each of them: what nobody asked for fails the test when the relay is closed.
///
/// The JDK's threads put messages in, the test's thread takes them out.
public final class TestClient implements AutoCloseable {

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final long PATIENCE_SECONDS = 10;

  private sealed interface Received {}

  private record Text(String text) implements Received {}

  @SuppressWarnings("ArrayRecordComponent") // taken out once, compared as an array
  private record Binary(byte[] bytes) implements Received {}

  private record Closed(int code, String reason) implements Received {}

  /// A frame with its announcement.
  ///
  /// @param text as it came
  /// @param json the same, decoded
  /// @param jpeg the image
  @SuppressWarnings("ArrayRecordComponent") // compared as an array
  public record Pair(String text, JsonObject json, byte[] jpeg) {}

  private final BlockingDeque<Received> received = new LinkedBlockingDeque<>();
  private final WebSocket socket;
  private String id = "";
  private boolean over;
  private boolean careless;

  private TestClient(URI uri, Map<String, String> headers) {
    WebSocket.Builder builder = HTTP.newWebSocketBuilder();
    headers.forEach(builder::header);
    socket = builder.buildAsync(uri, new Keeper()).join();
  }

  /// Connects and takes the welcome.
  static TestClient open(URI uri, Map<String, String> headers) {
    TestClient client = new TestClient(uri, headers);
    client.id = client.nextJson("welcome").stringValue("clientId", "");
    return client;
  }

  private final class Keeper implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream binary = new ByteArrayOutputStream();

    @Override
    public @Nullable CompletionStage<?> onText(
        WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        received.add(new Text(text.toString()));
        text.setLength(0);
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(
        WebSocket webSocket, ByteBuffer data, boolean last) {
      byte[] part = new byte[data.remaining()];
      data.get(part);
      binary.writeBytes(part);
      if (last) {
        received.add(new Binary(binary.toByteArray()));
        binary.reset();
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
      received.add(new Closed(code, reason));
      return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
      received.add(new Closed(1006, String.valueOf(error)));
    }
  }

  /// The client id from its welcome.
  public String id() {
    return id;
  }

  /// Sends a text message.
  public TestClient say(String text) {
    socket.sendText(text, true).join();
    return this;
  }

  /// Sends a binary message.
  public TestClient send(byte[] bytes) {
    socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    return this;
  }

  /// Registers as a viewer; `more` is further fields, each with a comma in front.
  public TestClient asViewer(String... more) {
    return register("flutter", more);
  }

  /// Registers as a camera of this name.
  public TestClient asCamera(String name, String... more) {
    return register("jetson", ",\"name\":\"" + name + '"' + String.join("", more));
  }

  private TestClient register(String role, String... more) {
    say("{\"type\":\"client_type\",\"clientType\":\"" + role + '"' + String.join("", more) + "}");
    assertThat(awaitText("registration_success"))
        .isEqualTo(
            "{\"type\":\"registration_success\",\"clientType\":\"%1$s\",\"message\":\"Registered as %1$s client\"}"
                .formatted(role));
    return this;
  }

  /// Asks for all cameras, or for those named in further fields.
  public TestClient watch(String... more) {
    return say("{\"type\":\"request_stream\"" + String.join("", more) + "}");
  }

  /// The next message, which must be a text of this type.
  public String awaitText(String type) {
    Received next = next();
    assertThat(next).as("waiting for %s", type).isInstanceOf(Text.class);
    String text = ((Text) next).text();
    assertThat(json(text).stringValue("type", "")).as(text).isEqualTo(type);
    return text;
  }

  /// The same, decoded.
  public JsonObject nextJson(String type) {
    return json(awaitText(type));
  }

  /// The next message, which must be an error of this code; returns its message.
  public String nextError(String code) {
    JsonObject error = nextJson("error");
    assertThat(error.keysAsStrings()).containsExactly("type", "code", "message");
    assertThat(error.stringValue("code", "")).as(error.toString()).isEqualTo(code);
    return error.stringValue("message", "");
  }

  /// Takes the next message if it is this error, and waits for it.
  void skipError(String code) {
    try {
      Received next = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (next instanceof Text(String text) && text.contains("\"code\":\"" + code + '"')) {
        return;
      }
      if (next != null) {
        received.putFirst(next);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /// The next message, which must be binary.
  public byte[] nextBinary() {
    Received next = next();
    assertThat(next).as("waiting for a binary message").isInstanceOf(Binary.class);
    return ((Binary) next).bytes();
  }

  /// The next two messages, which must be a frame with its announcement.
  public Pair nextPair() {
    String text = awaitText("image_frame");
    JsonObject json = json(text);
    byte[] jpeg = nextBinary();
    assertThat(json.intValue("size", -1)).isEqualTo(jpeg.length);
    return new Pair(text, json, jpeg);
  }

  /// The next frame, which must be this one.
  public void expectFrame(byte[] jpeg) {
    assertThat(nextPair().jpeg()).isEqualTo(jpeg);
  }

  /// The next frame, which must be this one; the other one may come before it.
  void expectFrame(byte[] jpeg, byte[] mayComeBefore) {
    byte[] first = nextPair().jpeg();
    assertThat(Arrays.equals(first, mayComeBefore) ? nextPair().jpeg() : first).isEqualTo(jpeg);
  }

  /// Waits for this frame; others that come before it are of no interest.
  void awaitFrame(byte[] jpeg) {
    for (int i = 0; i < 100; i++) {
      if (Arrays.equals(nextPair().jpeg(), jpeg)) {
        return;
      }
    }
    throw new AssertionError("100 other frames came");
  }

  /// The end of the connection, which must be next.
  public String awaitClose(int code) {
    Received next = next();
    assertThat(next).as("waiting for close %s", code).isInstanceOf(Closed.class);
    over = true;
    Closed closed = (Closed) next;
    assertThat(closed.code()).as(closed.reason()).isEqualTo(code);
    return closed.reason();
  }

  /// Waits until the relay has handled all that was sent so far, and asserts that it said nothing
  /// but what was asked for.
  public TestClient assertExhausted() {
    say("{\"type\":\"ping\"}");
    awaitText("pong");
    assertThat(received).isEmpty();
    return this;
  }

  /// How many messages wait to be asked for.
  int waiting() {
    return received.size();
  }

  /// What else comes is of no interest to the test.
  public TestClient ignoreTheRest() {
    careless = true;
    return this;
  }

  /// Goes without a word, as a robot without power does; the kernel still tells the relay.
  public void vanish() {
    over = true;
    socket.abort();
  }

  @Override
  public void close() {
    if (over) {
      return;
    }
    over = true;
    if (!careless) {
      assertExhausted();
    }
    socket.sendClose(1000, "").join();
  }

  static JsonObject json(String text) {
    return JsonParser.create(text.getBytes(StandardCharsets.UTF_8)).readJsonObject();
  }

  private Received next() {
    try {
      Received next = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing came in " + PATIENCE_SECONDS + " s");
      }
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
