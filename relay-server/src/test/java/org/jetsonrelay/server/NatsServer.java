// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.helidon.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;

/// A real `nats-server` as a child process on free ports of the loopback interface, with its
/// monitoring page. A test that needs one where there is none is skipped.
final class NatsServer implements AutoCloseable {

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Path folder;
  private final Path config;
  private final int port;
  private final int monitor;
  private Process process;

  /// What moved through the server since it started.
  record Traffic(long inBytes, long outBytes) {}

  private NatsServer(Path folder, Path config, int port, int monitor) throws IOException {
    this.folder = folder;
    this.config = config;
    this.port = port;
    this.monitor = monitor;
    process = launch();
  }

  /// Starts one.
  ///
  /// @param lines what else is in its configuration
  static NatsServer start(String... lines) {
    assumeTrue(isInstalled(), "nats-server is not installed: apt-get install nats-server");
    try {
      Path folder = Files.createTempDirectory("nats");
      Path config = folder.resolve("nats.conf");
      int port = freePort();
      int monitor = freePort();
      Files.write(
          config,
          Stream.concat(
                  Stream.of("listen: 127.0.0.1:" + port, "http: 127.0.0.1:" + monitor),
                  Stream.of(lines))
              .toList());
      return new NatsServer(folder, config, port, monitor);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isInstalled() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .map(path -> Path.of(path, "nats-server"))
        .anyMatch(Files::isExecutable);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Process launch() throws IOException {
    Process launched =
        new ProcessBuilder("nats-server", "-c", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
            .start();
    await("nats-server listens")
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(20))
        .until(() -> accepts());
    return launched;
  }

  private boolean accepts() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  String url() {
    return "nats://127.0.0.1:" + port;
  }

  int port() {
    return port;
  }

  /// Ends it as a power cut does.
  void kill() {
    process.destroyForcibly();
    assertThat(process.onExit().join().isAlive()).isFalse();
  }

  /// Starts it again on the same port; it accepts connections when this returns.
  void restart() {
    try {
      process = launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Bytes of messages that clients sent and were sent.
  Traffic traffic() {
    JsonObject varz = monitor("varz");
    return new Traffic(varz.longValue("in_bytes", -1), varz.longValue("out_bytes", -1));
  }

  private JsonObject monitor(String page) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + monitor + '/' + page)).build();
      return TestClient.json(HTTP.send(request, BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    kill();
    try {
      Files.deleteIfExists(folder.resolve("log"));
      Files.delete(config);
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
