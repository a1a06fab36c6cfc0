// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The relay as a process: what it says and how it ends when it cannot start, and on SIGTERM.
class StartUpTest {

  private static Process relay(Map<String, String> environment, String... arguments)
      throws IOException {
    // Without the facade that a test library brings along: it would say that it has no backend.
    String classPath =
        Stream.of(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"))
                    .split(File.pathSeparator, -1))
            .filter(entry -> !entry.contains("slf4j-api"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command =
        Stream.concat(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx64m",
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                    "-cp",
                    classPath,
                    Main.class.getName()),
                Stream.of(arguments))
            .toList();
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static String expectEnd(Process process, int code)
      throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isEqualTo(code);
    return output;
  }

  @Test
  void endsWithCode2AndOneSentenceAboutASettingThatCannotBeUsed()
      throws IOException, InterruptedException {
    String output = expectEnd(relay(Map.of("LOG_LEVEL", "loud", "PORT", "0")), 2);
    assertThat(output.lines())
        .singleElement()
        .asString()
        .contains("LOG_LEVEL='loud' is not known: use one of error, warn, info, debug, trace");
  }

  @Test
  void endsWithCode3AndOneSentenceWhenThePortIsBusy() throws IOException, InterruptedException {
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(busy.getLocalPort());
      String output = expectEnd(relay(Map.of(), "--host", "127.0.0.1", "--port", port), 3);
      assertThat(output.lines())
          .singleElement()
          .asString()
          .contains("cannot listen on 127.0.0.1:" + port)
          .contains("Is another relay running? Set PORT or HOST.");
    }
  }

  @Test
  void makesATokenPrintsItOnceAndRevokesIt(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path file = directory.resolve("tokens");
    Map<String, String> environment = Map.of("TOKEN_FILE", file.toString());
    String token =
        expectEnd(
                relay(
                    environment,
                    "token",
                    "create",
                    "robot",
                    "--role",
                    "publish",
                    "--camera",
                    "front*"),
                0)
            .strip();
    assertThat(token).matches("jr_[A-Za-z0-9_-]{43}");
    assertThat(Files.readString(file)).doesNotContain(token);
    assertThat(expectEnd(relay(environment, "token", "list"), 0))
        .matches("robot +publish +front\\*\\R");
    assertThat(expectEnd(relay(environment, "token", "create", "x", "--role", "fly"), 2).lines())
        .singleElement()
        .asString()
        .contains("publish, view, admin");
    expectEnd(relay(Map.of(), "token", "revoke", "robot", "--file", file.toString()), 0);
    assertThat(expectEnd(relay(environment, "token", "list"), 0)).isEmpty();
    assertThat(expectEnd(relay(Map.of("TOKEN_FILE", ""), "token", "list"), 2))
        .contains("--file or TOKEN_FILE");
  }

  @Test
  void rehearsesWithARelayOfThisMachine() throws IOException, InterruptedException {
    try (TestRelay relay = TestRelay.start()) {
      String port = Integer.toString(relay.port());
      assertThat(expectEnd(relay(Map.of(), "rehearse", "--port", port, "--seconds", "1"), 0))
          .containsPattern("rehearsed with [1-9][0-9,]* frames");
    }
    assertThat(expectEnd(relay(Map.of(), "rehearse", "--port", "1"), 1).lines())
        .singleElement()
        .asString()
        .contains("the rehearsal with the relay on 127.0.0.1:1 failed: Connection refused");
    assertThat(expectEnd(relay(Map.of(), "rehearse", "--port", "8080", "--seconds", "61"), 2))
        .contains("--seconds has to be 1 to 60, not 61");
    assertThat(expectEnd(relay(Map.of(), "rehearse", "--port", "65536"), 2))
        .contains("--port has to be 1 to 65535, not 65536");
  }

  @Test
  void endsWithCode2WhenTheTokenFileIsBroken(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("tokens"), "# note\nrobot publish\n");
    assertThat(expectEnd(relay(Map.of("TOKEN_FILE", file.toString(), "PORT", "0")), 2).lines())
        .singleElement()
        .asString()
        .contains("tokens, line 2: a token is four words");
  }

  @Test
  void listensAndStopsOnSigterm() throws IOException, InterruptedException {
    Process process = relay(Map.of("PORT", "0", "HOST", "127.0.0.1", "LOG_LEVEL", "info"));
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).contains("listens on 127.0.0.1:");
      // Not Process.destroy, which closes the streams.
      assertThat(process.toHandle().destroy()).isTrue();
      assertThat(output.lines().toList())
          .hasSize(3)
          .satisfies(lines ->
              assertThat(lines.getFirst())
                  .contains("everybody who can reach this relay may feed cameras (PUBLISH_TOKEN),")
                  .contains("set TOKEN_FILE"))
          .satisfies(lines -> assertThat(lines.get(1)).contains("closing 0 connections"))
          .satisfies(lines -> assertThat(lines.getLast()).contains("stopped"));
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(128 + 15);
    } finally {
      process.destroyForcibly();
    }
  }
}
