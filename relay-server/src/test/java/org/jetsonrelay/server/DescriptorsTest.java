// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A relay in a process of its own that has few file descriptors, or none left.
@EnabledOnOs(value = OS.LINUX, disabledReason = "limits of processes are set as Linux does")
class DescriptorsTest {

  private static final String HEALTH = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";

  /// Answered from memory: the one that is accepted last must not need a file.
  private static final String PAGE = "GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private static final Pattern TAKES = Pattern.compile("only ([0-9]+) connections are taken");

  private static final Pattern LISTENS = Pattern.compile("listens on 127\\.0\\.0\\.1:([0-9]+)");

  private static final class Relay implements AutoCloseable {
    private final Process process;
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final int port;

    /// @param shell what bash does before it becomes the relay
    Relay(String shell) throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder(
                  "bash",
                  "-c",
                  shell
                      + "exec \"$0\" -Xmx64m -XX:TieredStopAtLevel=1"
                      + " --enable-native-access=ALL-UNNAMED"
                      + " --add-opens=java.base/sun.nio.ch=ALL-UNNAMED -cp \"$1\" "
                      + Main.class.getName(),
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")))
              .redirectErrorStream(true);
      builder.environment().put("PORT", "0");
      builder.environment().put("HOST", "127.0.0.1");
      process = builder.start();
      Thread.ofVirtual().start(this::listen);
      await().atMost(30, SECONDS).until(() -> said.stream().anyMatch(LISTENS.asPredicate()));
      port = number(LISTENS);
    }

    int number(Pattern told) {
      Matcher line = told.matcher(String.join("\n", said));
      assertThat(line.find()).isTrue();
      return Integer.parseInt(line.group(1));
    }

    int gauge(String name) {
      String metrics = TestRelay.fetch(URI.create("http://127.0.0.1:" + port + "/observe/metrics"));
      return metrics
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToInt(line -> (int) Double.parseDouble(line.substring(name.length())))
          .sum();
    }

    TestClient client() {
      return TestClient.open(URI.create("ws://127.0.0.1:" + port + "/ws"), Map.of());
    }

    private void listen() {
      try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
        output.lines().forEach(said::add);
      } catch (IOException e) {
        said.add(e.toString());
      }
    }

    boolean says(String text) {
      return said.stream().anyMatch(line -> line.contains(text));
    }

    int descriptors() {
      String[] open = new File("/proc/" + process.pid() + "/fd").list();
      return open == null ? -1 : open.length;
    }

    /// Sets how many it may have from now on.
    void limit(String soft) throws IOException, InterruptedException {
      Process prlimit =
          new ProcessBuilder("prlimit", "--pid", "" + process.pid(), "--nofile=" + soft + ":")
              .start();
      assertThat(prlimit.waitFor()).isZero();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  static boolean prlimit() {
    return Files.isExecutable(Path.of("/usr/bin/prlimit"));
  }

  @Test
  void takesFewerConnectionsThanDescriptorsAndRecoversFromAFlood() throws IOException {
    try (Relay relay = new Relay("ulimit -n 180; ")) {
      assertThat(String.join("\n", relay.said))
          .containsPattern("only [0-9]+ connections are taken, not 1300");
      List<RawWebSocket> flood = new ArrayList<>();
      int served = 0;
      for (int i = 0; i < 300; i++) {
        RawWebSocket client = RawWebSocket.connect(relay.port);
        flood.add(client);
        if (i % 2 == 0) {
          continue; // says nothing
        }
        try {
          client.send(HEALTH);
          served += client.readHead().startsWith("HTTP/1.1 200 ") ? 1 : 0;
        } catch (IOException refused) {
          // told 503 and closed before it had asked
          assertThat(refused).isNotNull();
        }
      }
      assertThat(served).isBetween(3, 150);
      assertThat(relay.descriptors()).isLessThan(180);
      for (RawWebSocket client : flood) {
        client.close();
      }
      await()
          .atMost(20, SECONDS)
          .ignoreExceptions()
          .until(() -> {
            try (RawWebSocket client = RawWebSocket.connect(relay.port)) {
              client.send(HEALTH);
              return client.readHead().startsWith("HTTP/1.1 200 ");
            }
          });
      try (RawWebSocket viewer = RawWebSocket.open(relay.port, "/ws")) {
        assertThat(viewer.read().text()).contains("welcome");
      }
      assertThat(relay.says("cannot accept")).isFalse();
    }
  }

  /// As many viewers as are taken, three quarters of which keep no descriptor to send by.
  @Test
  void sendsEveryFrameToEverybodyThoughOnlyAFewMayKeepADescriptorForThat() throws IOException {
    try (Relay relay = new Relay("ulimit -n 180; ")) {
      int before = relay.descriptors();
      TestClient camera = relay.client().asCamera("front");
      List<TestClient> viewers = new ArrayList<>();
      int taken = relay.number(TAKES);
      while (viewers.size() < taken - 2) { // one is the camera, one asks for figures
        viewers.add(relay.client().asViewer());
      }
      assertThat(relay.gauge("relay_kept_descriptors")).isZero();
      assertThat(relay.descriptors()).isLessThan(before + taken + 10);
      viewers.forEach(TestClient::watch);
      camera.awaitText("start_streaming");
      for (int i = 0; i < 20; i++) {
        byte[] image = Jpegs.jpeg(30_000, i);
        camera.send(image);
        viewers.forEach(viewer -> viewer.expectFrame(image));
      }
      int kept = relay.gauge("relay_kept_descriptors");
      assertThat(kept).isBetween(1, viewers.size() / 2);
      assertThat(relay.gauge("relay_lacking_descriptors")).isEqualTo(viewers.size() - kept);
      assertThat(relay.said.stream().filter(line -> line.contains("keep a descriptor"))).hasSize(1);
      try (RawWebSocket oneMore = RawWebSocket.connect(relay.port)) {
        assertThat(oneMore.readHead()).startsWith("HTTP/1.1 503 ");
      }
      assertThat(relay.says("cannot accept")).isFalse();
      viewers.forEach(TestClient::close);
      camera.close();
      await().atMost(20, SECONDS).until(() -> relay.gauge("relay_kept_descriptors") == 0);
      assertThat(relay.gauge("relay_lacking_descriptors")).isZero();
    }
  }

  @Test
  @EnabledIf(value = "prlimit", disabledReason = "needs prlimit")
  void waitsForADescriptorWhenThereIsNoneAndKeepsEveryConnectionMeanwhile()
      throws IOException, InterruptedException {
    try (Relay relay = new Relay("");
        RawWebSocket viewer = RawWebSocket.open(relay.port, "/ws")) {
      assertThat(viewer.read().text()).contains("welcome");
      // Here classes are files, not parts of a jar that is open: they must have been loaded before.
      viewer.text("{\"type\":\"ping\"}");
      assertThat(viewer.read().text()).contains("pong");
      try (RawWebSocket client = RawWebSocket.connect(relay.port)) {
        client.send(PAGE);
        assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
      }
      relay.limit("10"); // fewer than it has
      List<RawWebSocket> waiting = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        waiting.add(RawWebSocket.connect(relay.port));
        waiting.getLast().send(PAGE);
      }
      await().atMost(20, SECONDS).until(() -> relay.says("cannot accept connections"));
      viewer.text("{\"type\":\"ping\"}");
      assertThat(viewer.read().text()).contains("pong");

      relay.limit("4096");
      for (RawWebSocket client : waiting) {
        assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
        client.close();
      }
      viewer.text("{\"type\":\"ping\"}");
      assertThat(viewer.read().text()).contains("pong");
      assertThat(relay.said.stream().filter(line -> line.contains("cannot accept"))).hasSize(1);
    }
  }
}
