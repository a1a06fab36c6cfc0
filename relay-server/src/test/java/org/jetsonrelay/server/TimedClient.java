// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import io.helidon.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A client that takes part in the exchange of time stamps, by a clock that is wrong by a chosen
/// time: as a camera it stamps frames by that clock, as a viewer it notes when each has arrived,
/// and how old it truly was. Pictures carry [System#nanoTime()] of their capture in the eight bytes
/// before their last two, as for [AgeProbe].
///
/// The JDK's threads receive and answer, the test's thread sends and asks.
final class TimedClient implements AutoCloseable {

  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final long wrongMicros;
  private final AtomicInteger probes = new AtomicInteger();
  private final Queue<JsonObject> messages = new ConcurrentLinkedQueue<>();

  /// True age on arrival, and the time of capture, by the frame's sequence.
  private final Map<Long, Long> agesNanos = new ConcurrentHashMap<>();

  private final Map<Long, Long> capturedNanos = new ConcurrentHashMap<>();

  // Guarded by this object's monitor: the client sends one message at a time.
  private CompletableFuture<WebSocket> sending;

  private TimedClient(int port, long wrongMillis, String hello) {
    wrongMicros = wrongMillis * 1_000;
    CompletableFuture<WebSocket> opening =
        http.newWebSocketBuilder()
            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws"), new Answering());
    sending = opening;
    socket = opening.join();
    say(hello);
  }

  /// @param wrongMillis by how much its clock is ahead of this machine's
  static TimedClient camera(int port, String name, long wrongMillis) {
    return new TimedClient(
        port,
        wrongMillis,
        "{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"%s\",\"features\":[\"clock\"]}"
            .formatted(name));
  }

  static TimedClient viewer(int port, long wrongMillis) {
    TimedClient viewer =
        new TimedClient(
            port,
            wrongMillis,
            "{\"type\":\"client_type\",\"clientType\":\"flutter\",\"features\":[\"clock\",\"frame_details\"]}");
    viewer.say("{\"type\":\"request_stream\"}");
    return viewer;
  }

  /// Sends a picture that was captured just now.
  void capture(byte[] jpeg) {
    ByteBuffer.wrap(jpeg).putLong(jpeg.length - 10, System.nanoTime());
    String captured = Long.toString(micros() / 1_000);
    say(
        "{\"type\":\"image_data\",\"timestamp\":\"%1$s\",\"encodedAt\":%1$s,\"sentAt\":%1$s}"
            .formatted(captured));
    send(open -> open.sendBinary(ByteBuffer.wrap(jpeg), true));
  }

  /// Says that a frame is on the screen now.
  void painted(String camera, long sequence) {
    say(
        "{\"type\":\"frame_painted\",\"camera\":\"%s\",\"sequence\":%d,\"paintedAt\":%d.%03d}"
            .formatted(camera, sequence, micros() / 1_000, micros() % 1_000));
  }

  void say(String text) {
    send(open -> open.sendText(text, true));
  }

  private synchronized void send(Function<WebSocket, CompletableFuture<WebSocket>> message) {
    sending = sending.thenCompose(message);
  }

  /// What its clock shows.
  private long micros() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000 + wrongMicros;
  }

  /// How often it was asked for the time.
  int probes() {
    return probes.get();
  }

  /// All other messages so far.
  Queue<JsonObject> messages() {
    return messages;
  }

  /// How old frames truly were when they had arrived, by sequence, in milliseconds.
  Map<Long, Double> agesMillis() {
    Map<Long, Double> ages = new ConcurrentHashMap<>();
    agesNanos.forEach((sequence, nanos) -> ages.put(sequence, nanos / 1e6));
    return ages;
  }

  /// How old a frame that has arrived truly is now.
  double trueAgeMillis(long sequence) {
    Long captured = capturedNanos.get(sequence);
    return captured == null ? -1 : (System.nanoTime() - captured) / 1e6;
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
  }

  private final class Answering implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream image = new ByteArrayOutputStream();
    private long sequence;

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      long arrived = micros();
      text.append(data);
      if (last) {
        JsonObject message = TestClient.json(text.toString());
        text.setLength(0);
        if (message.stringValue("type", "").equals("clock_probe")) {
          answer(message.longValue("probe", -1), arrived);
        }
        sequence = message.longValue("sequence", 0);
        messages.add(message);
      }
      from.request(1);
      return null;
    }

    private void answer(long probe, long arrivedMicros) {
      probes.incrementAndGet();
      send(open -> {
        long now = micros();
        return open.sendText(
            "{\"type\":\"clock_answer\",\"probe\":%d,\"receivedAt\":%d.%03d,\"sentAt\":%d.%03d}"
                .formatted(
                    probe, arrivedMicros / 1_000, arrivedMicros % 1_000, now / 1_000, now % 1_000),
            true);
      });
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      byte[] part = new byte[data.remaining()];
      data.get(part);
      image.writeBytes(part);
      if (last) {
        byte[] whole = image.toByteArray();
        image.reset();
        long captured = ByteBuffer.wrap(whole).getLong(whole.length - 10);
        capturedNanos.put(sequence, captured);
        agesNanos.put(sequence, System.nanoTime() - captured);
      }
      from.request(1);
      return null;
    }
  }
}
