// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A viewer that measures how old each picture is when it has arrived: the pictures carry the time
/// at which they were sent, [System#nanoTime()] in the eight bytes before their last two.
///
/// The JDK's threads measure, the test's thread asks.
final class AgeProbe implements AutoCloseable {

  private final Queue<Long> agesNanos = new ConcurrentLinkedQueue<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;

  private AgeProbe(int port) {
    socket =
        http.newWebSocketBuilder()
            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws"), new Stopwatch())
            .join();
    socket.sendText("{\"type\":\"client_type\",\"clientType\":\"flutter\"}", true).join();
    socket.sendText("{\"type\":\"request_stream\"}", true).join();
  }

  static AgeProbe watching(int port) {
    return new AgeProbe(port);
  }

  /// Ages of the pictures that have arrived, in their order.
  long[] agesMillis() {
    return agesNanos.stream().mapToLong(TimeUnit.NANOSECONDS::toMillis).toArray();
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
  }

  private final class Stopwatch implements WebSocket.Listener {
    private final ByteArrayOutputStream image = new ByteArrayOutputStream();

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      byte[] part = new byte[data.remaining()];
      data.get(part);
      image.writeBytes(part);
      if (last) {
        byte[] whole = image.toByteArray();
        image.reset();
        agesNanos.add(System.nanoTime() - ByteBuffer.wrap(whole).getLong(whole.length - 10));
      }
      from.request(1);
      return null;
    }
  }
}
