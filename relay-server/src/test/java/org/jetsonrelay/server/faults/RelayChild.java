// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A relay in a process of its own, on a port that stays the same when it is started again.
final class RelayChild implements AutoCloseable {

  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
  private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final String command;
  private final Path logs;
  private final InetSocketAddress address;
  private final Map<String, String> environment;
  private final HttpClient http = HttpClient.newHttpClient();
  private Child child;

  private RelayChild(
      String command, Path logs, InetSocketAddress address, Map<String, String> environment)
      throws IOException, InterruptedException {
    this.command = command;
    this.logs = logs;
    this.address = address;
    this.environment = environment;
    child = launch();
  }

  /// Starts one and waits until it listens.
  ///
  /// @param host `127.0.0.1`, or `0.0.0.0` for cameras in other network name spaces, too
  static RelayChild start(String command, Path logs, String host, Map<String, String> environment)
      throws IOException, InterruptedException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, loopback)) {
      port = free.getLocalPort();
    }
    Map<String, String> all = new HashMap<>();
    // The cache of classes is made at the first start after a build: not while we look.
    all.put("RELAY_AOT", "off");
    all.put("MAX_HTTP_VIEWERS", "1000");
    all.putAll(environment);
    all.put("PORT", Integer.toString(port));
    all.put("HOST", host);
    return new RelayChild(command, logs, new InetSocketAddress(loopback, port), all);
  }

  /// Starts it again, after it was killed.
  void restart() throws IOException, InterruptedException {
    child.close();
    child = launch();
  }

  private Child launch() throws IOException, InterruptedException {
    Child next = Child.start("relay", List.of(), command, environment, logs);
    long begin = System.nanoTime();
    while (!listens()) {
      if (!next.alive() || System.nanoTime() - begin > START_LIMIT_NANOS) {
        throw new IOException("the relay does not listen; " + next.lastWords());
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    return next;
  }

  private boolean listens() {
    try (Socket probe = new Socket()) {
      probe.connect(address, 200);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  Child process() {
    return child;
  }

  InetSocketAddress address() {
    return address;
  }

  /// What agents are given.
  ///
  /// @param host by which they reach this machine
  String url(String host) {
    return "ws://" + host + ":" + address.getPort() + "/ws";
  }

  /// The body of an answer with status 200.
  String get(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://" + address.getHostString() + ":" + address.getPort() + path))
            .timeout(ANSWER_LIMIT)
            .build();
    var response = http.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(path + " is answered " + response.statusCode());
    }
    return response.body();
  }

  JsonObject stats() throws IOException, InterruptedException {
    return JsonParser.create(get("/stats").getBytes(StandardCharsets.UTF_8)).readJsonObject();
  }

  /// Rows of `cameras` or `viewers`.
  static List<JsonObject> rows(JsonObject stats, String list) {
    return stats.arrayValue(list).map(JsonArray::values).orElse(List.of()).stream()
        .map(value -> value.asObject())
        .toList();
  }

  /// The sum of a metric over its labels.
  double metric(String name) throws IOException, InterruptedException {
    return get("/observe/metrics")
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Override
  public void close() {
    child.close();
    http.shutdownNow();
  }
}
