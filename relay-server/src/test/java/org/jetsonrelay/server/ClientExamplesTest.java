// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Programs of others against a real relay: the example senders, and readers of MJPEG. Each is
/// skipped, with the reason, where it is not installed.
@Timeout(180)
final class ClientExamplesTest {

  private static final Path CLIENTS = Path.of("..", "docs", "clients").toAbsolutePath().normalize();
  private static final byte[] IMAGE = PictureRelay.jpeg(8_000, 1);

  @TempDir Path work;

  private static boolean installed(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  private record Outcome(int code, String said) {}

  private Outcome run(String... command) throws IOException, InterruptedException {
    Path said = work.resolve("said");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      assertThat(process.waitFor(150, TimeUnit.SECONDS)).as("%s ends", command[0]).isTrue();
      return new Outcome(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void theExamplesFeedACamera() throws IOException, InterruptedException {
    assumeTrue(installed("bash") && installed("curl"), "bash and curl are needed");
    Path image = Files.write(work.resolve("image.jpg"), IMAGE);
    try (PictureRelay relay = PictureRelay.start(Map.of())) {
      Outcome outcome =
          run(
              "bash",
              CLIENTS.resolve("test.sh").toString(),
              "http://127.0.0.1:" + relay.port(),
              image.toString());
      assumeTrue(outcome.code() != 77, outcome.said());
      assertThat(outcome.code()).as(outcome.said()).isZero();
    }
  }

  @Test
  void theExamplesStayShort() throws IOException, InterruptedException {
    for (String file : new String[] {"send.py", "send.cpp"}) {
      assertThat(Files.readAllLines(CLIENTS.resolve(file))).as(file).hasSizeLessThanOrEqualTo(60);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/cameras/front/stream.mjpg", "/?action=stream&camera=front"})
  void ffmpegReadsTheStream(String path) throws IOException, InterruptedException {
    assumeTrue(installed("ffmpeg"), "ffmpeg is not installed");
    try (PictureRelay relay = PictureRelay.start(Map.of());
        RawWebSocket camera = relay.camera("front")) {
      Thread feeding =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (!Thread.currentThread().isInterrupted()) {
                    camera.frame(RawWebSocket.BINARY, IMAGE);
                    LockSupport.parkNanos(20_000_000);
                  }
                } catch (IOException closed) {
                  Thread.currentThread().interrupt();
                }
              });
      try {
        Outcome outcome =
            run(
                "ffmpeg",
                "-nostdin",
                "-loglevel",
                "error",
                "-f",
                "mpjpeg",
                "-i",
                "http://127.0.0.1:" + relay.port() + path,
                "-frames:v",
                "5",
                "-f",
                "framecrc",
                "-");
        assertThat(outcome.code()).as(outcome.said()).isZero();
        assertThat(outcome.said().lines().filter(line -> line.startsWith("0,"))).hasSize(5);
      } finally {
        feeding.interrupt();
        feeding.join();
      }
    }
  }

  @Test
  void ffmpegFeedsACamera() throws IOException, InterruptedException {
    assumeTrue(installed("ffmpeg"), "ffmpeg is not installed");
    try (PictureRelay relay = PictureRelay.start(Map.of())) {
      Outcome outcome =
          run(
              "ffmpeg",
              "-nostdin",
              "-loglevel",
              "error",
              "-f",
              "lavfi",
              "-i",
              "testsrc2=s=320x240:r=25",
              "-frames:v",
              "25",
              "-c:v",
              "mjpeg",
              "-f",
              "mpjpeg",
              "-method",
              "POST",
              "-content_type",
              "multipart/x-mixed-replace;boundary=ffmpeg",
              "http://127.0.0.1:" + relay.port() + "/cameras/front");
      assertThat(outcome.code()).as(outcome.said()).isZero();
      assertThat(relay.text("/stats")).contains("\"totalMessages\":25,");
    }
  }
}
