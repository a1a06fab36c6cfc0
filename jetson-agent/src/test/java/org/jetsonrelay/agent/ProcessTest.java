// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.capture.gstreamer.GstLibrary;
import org.jetsonrelay.agent.uplink.TestRelay;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The agent as a process of its own: signals and exit codes, with GStreamer. */
@Timeout(240)
class ProcessTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir Path folder;

  private TestRelay relay;
  private @Nullable Process process;
  private Path log;

  @BeforeEach
  void listen() throws IOException {
    relay = new TestRelay();
    log = folder.resolve("log");
  }

  @AfterEach
  void end() throws IOException {
    if (process != null) {
      process.destroyForcibly();
    }
    relay.close();
  }

  private static void needsGstreamer() throws SourceException {
    try {
      GstLibrary.load();
    } catch (SourceException e) {
      String message = String.valueOf(e.getMessage());
      Assumptions.assumeFalse(
          message.contains("has no capture library") || message.contains("is not installed"),
          message);
      throw e;
    }
  }

  private void start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    command.addAll(List.of("--relay", relay.uri().toString(), "--name", "front"));
    command.addAll(List.of(arguments));
    process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  private int exitCode() throws InterruptedException {
    Process ending = requireNonNull(process);
    assertThat(ending.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return ending.exitValue();
  }

  private TestRelay.Connection registered() {
    await()
        .atMost(PATIENCE)
        .until(() -> !relay.connections().isEmpty() && relay.last().registered());
    return relay.last();
  }

  @Test
  void closesThePipelineOnASignal() throws IOException, InterruptedException, SourceException {
    needsGstreamer();
    start("--source=test", "--encoder=cpu", "--size=320x240");
    TestRelay.Connection connection = registered();
    assertThat(Files.readString(log)).doesNotContain("source open");
    connection.startStreaming();
    await().atMost(PATIENCE).until(() -> connection.images().size() > 3);

    requireNonNull(process).destroy();

    assertThat(exitCode()).isZero();
    assertThat(connection.closeCode()).isEqualTo(1000);
    assertThat(Files.readString(log))
        .contains("front: test through GStreamer with cpu, as asked for")
        .contains("front: source closed")
        .doesNotContain("did not stop in time", "ERROR");
  }

  @Test
  void capturesOnlyWhileSomebodyWatches() throws Exception {
    needsGstreamer();
    start("--source=test", "--encoder=cpu", "--size=320x240");
    TestRelay.Connection connection = registered();
    for (int round = 1; round <= 2; round++) {
      int rounds = round;
      int before = connection.images().size();
      connection.startStreaming();
      await().atMost(PATIENCE).until(() -> connection.images().size() > before);
      connection.stopStreaming();
      await()
          .atMost(PATIENCE)
          .until(() -> Files.readString(log).split("source closed", -1).length == rounds + 1);
    }
  }

  @Test
  void endsWhenASourceHangsInNativeCode()
      throws IOException, InterruptedException, SourceException {
    needsGstreamer();
    // Opening a pipe that nobody writes to does not return, as a broken driver's open does not.
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    start("--hang-limit=1", "--source=pipeline:filesrc location=" + pipe);
    registered().startStreaming();

    assertThat(exitCode()).isEqualTo(ExitCode.HUNG.code());
    assertThat(Files.readString(log)).contains("a source has not returned from a call");
  }

  @Test
  void endsWhenItHasTooMuchMemory() throws IOException, InterruptedException {
    // No JVM with FFmpeg fits into the least that can be asked for.
    start("--max-rss=64M", "--source=test", "--always-on");
    assertThat(exitCode()).isEqualTo(ExitCode.MEMORY.code());
    assertThat(Files.readString(log)).contains("more than the 64 MiB of --max-rss");
  }

  @Test
  void refusesASourceThatIsNotHere() throws IOException, InterruptedException {
    start("--source=file:/no/such.mp4");
    assertThat(exitCode()).isEqualTo(ExitCode.SOURCE.code());
    assertThat(Files.readString(log)).contains("/no/such.mp4");
  }
}
