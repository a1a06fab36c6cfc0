// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A relay as a process of its own, for tests that end one as a power cut does.
public final class RelayProcess implements AutoCloseable {

  private static final Pattern LISTENS = Pattern.compile("listens on 127\\.0\\.0\\.1:(\\d+)");

  private final Process process;
  private final int port;

  private RelayProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /// What starts one: the relay that is being tested, in a small JVM.
  public static List<String> command() {
    String classPath =
        Stream.of(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"))
                    .split(File.pathSeparator, -1))
            .filter(entry -> !entry.contains("slf4j-api"))
            .collect(Collectors.joining(File.pathSeparator));
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx96m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "--enable-native-access=ALL-UNNAMED",
        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
        "-cp",
        classPath,
        Main.class.getName());
  }

  /// Starts one with these settings on a free port.
  static RelayProcess start(Map<String, String> settings) {
    ProcessBuilder builder = new ProcessBuilder(command()).redirectErrorStream(true);
    builder.environment().putAll(Map.of("HOST", "127.0.0.1", "PORT", "0", "MDNS", "off"));
    builder.environment().putAll(settings);
    try {
      Process process = builder.start();
      return new RelayProcess(process, port(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int port(Process process) throws IOException {
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      said.append(line).append('\n');
      Matcher listens = LISTENS.matcher(line);
      if (listens.find()) {
        // Somebody must read on, or the process would wait for it some day.
        Thread.ofVirtual().start(() -> output.lines().forEach(_ -> {}));
        return Integer.parseInt(listens.group(1));
      }
    }
    throw new AssertionError("the relay did not start:\n" + said);
  }

  /// Connects a client, which the caller ends.
  TestClient client() {
    return TestClient.open(URI.create("ws://127.0.0.1:" + port + "/ws"), Map.of());
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  int port() {
    return port;
  }

  /// Ends it as a power cut does.
  void kill() {
    process.destroyForcibly();
    assertThat(process.onExit().join().isAlive()).isFalse();
  }

  @Override
  public void close() {
    kill();
  }
}
