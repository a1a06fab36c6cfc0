// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.jetsonrelay.server.picture.PictureSettings;
import org.jetsonrelay.server.websocket.RawWebSocket;

/// A relay on a port of its own, a client for it, and cameras; closing it checks that no frame is
/// left behind.
final class PictureRelay implements AutoCloseable {

  private final RelayServer relay;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private PictureRelay(RelayServer relay) {
    this.relay = relay;
  }

  static PictureRelay start(Map<String, String> values) {
    return start(values, PictureSettings.defaults());
  }

  static PictureRelay start(Map<String, String> values, PictureSettings pictures) {
    Map<String, String> given = new HashMap<>(values);
    given.put("HOST", "127.0.0.1");
    given.put("PORT", "0");
    given.put("MDNS", "off");
    return new PictureRelay(
        RelayServer.start(RelaySettings.read(new SettingsReader(given::get)).with(pictures)));
  }

  int port() {
    return relay.port();
  }

  RelayServer relay() {
    return relay;
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .timeout(Duration.ofSeconds(20));
  }

  HttpResponse<byte[]> get(String path, String... headers) {
    HttpRequest.Builder request = request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  HttpResponse<byte[]> post(String path, String type, byte[] body, String... headers) {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  HttpResponse<byte[]> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// Sends a request whose answer is read while it comes.
  HttpResponse<InputStream> open(HttpRequest request) throws IOException {
    try {
      return client.send(request, BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  String text(String path) {
    return new String(get(path).body(), StandardCharsets.UTF_8);
  }

  /// A plain connection on which a request has been sent.
  RawWebSocket raw(String request) throws IOException {
    RawWebSocket socket = RawWebSocket.connect(port());
    socket.send(request);
    return socket;
  }

  /// A connection whose receive buffer is small, so that it can be stalled.
  Socket small(String request) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4_096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /// A camera that speaks WebSocket.
  RawWebSocket camera(String name) throws IOException {
    RawWebSocket camera = RawWebSocket.open(port(), "/ws");
    camera.text("{\"type\":\"client_type\",\"clientType\":\"jetson\",\"name\":\"" + name + "\"}");
    awaitCamera(name);
    return camera;
  }

  void awaitCamera(String name) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> text("/cameras").contains("\"" + name + "\""));
  }

  long outstanding() {
    return relay.outstandingBlocks();
  }

  /// A real JPEG with noise enough to have about this many bytes.
  static byte[] jpeg(int bytes, int seed) {
    int side = Math.max(16, (int) Math.sqrt(bytes * 1.6));
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(seed);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        image.setRGB(x, y, new Color(random.nextInt(1 << 24)).getRGB());
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "jpeg", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    client.shutdownNow();
    relay.close();
    assertThat(relay.outstandingBlocks()).as("frames left behind").isZero();
  }
}
