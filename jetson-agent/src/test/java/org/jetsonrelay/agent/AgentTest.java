// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jetsonrelay.agent.capture.JpegRepairTest;
import org.jetsonrelay.agent.settings.AgentSettings;
import org.jetsonrelay.agent.settings.CameraSettings;
import org.jetsonrelay.agent.settings.Options;
import org.jetsonrelay.agent.settings.SettingsReader;
import org.jetsonrelay.agent.settings.UsageException;
import org.jetsonrelay.agent.uplink.TestRelay;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Several cameras in one process, against the double of a relay. */
@Timeout(120)
class AgentTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  private TestRelay relay;
  private @Nullable Agent agent;
  private @Nullable FutureTask<ExitCode> run;

  @BeforeEach
  void listen() throws IOException {
    relay = new TestRelay();
  }

  @AfterEach
  void close() throws IOException {
    if (agent != null) {
      agent.stop(ExitCode.STOPPED);
    }
    relay.close();
  }

  private void start(String... cameras) throws UsageException {
    Options options = new Options();
    new CommandLine(options).parseArgs(cameras);
    AgentSettings settings =
        SettingsReader.read(options, Map.of("RELAY_URL", relay.uri().toString()));
    Agent starting = new Agent(settings, new FrameSources(InstantSource.system()));
    FutureTask<ExitCode> running = new FutureTask<>(starting::run);
    agent = starting;
    run = running;
    new Thread(running, "agent").start();
  }

  private Agent started() {
    return requireNonNull(agent);
  }

  private TestRelay.Connection of(String name) {
    await()
        .atMost(PATIENCE)
        .until(() -> relay.connections().stream().anyMatch(c -> registeredAs(c, name)));
    return relay.connections().stream()
        .filter(connection -> registeredAs(connection, name))
        .findFirst()
        .orElseThrow();
  }

  private static boolean registeredAs(TestRelay.Connection connection, String name) {
    return connection.messages().stream()
        .findFirst()
        .filter(message -> message.text().contains("\"name\":\"" + name + "\""))
        .isPresent();
  }

  private static void awaitImages(TestRelay.Connection connection) {
    int before = connection.images().size();
    await().atMost(PATIENCE).until(() -> connection.images().size() > before + 2);
  }

  private Path jpegs(String name) throws IOException {
    Path jpegs = Files.createDirectory(folder.resolve(name));
    Files.write(jpegs.resolve("1.jpg"), JpegRepairTest.WHOLE);
    return jpegs;
  }

  @Test
  void aBrokenCameraLeavesTheOtherAloneAndRecovers()
      throws ExecutionException,
          IOException,
          InterruptedException,
          TimeoutException,
          UsageException {
    Path good = jpegs("good");
    Path broken = folder.resolve("broken");
    start("--camera=name=a,source=folder:" + good, "--camera=name=b,source=folder:" + broken);
    TestRelay.Connection a = of("a");
    TestRelay.Connection b = of("b");
    a.startStreaming();
    b.startStreaming();
    awaitImages(a);
    assertThat(b.images()).isEmpty();
    assertThat(b.ended()).isFalse();

    jpegs("broken");
    awaitImages(b);
    awaitImages(a);

    started().stop(ExitCode.STOPPED);
    assertThat(ended()).isEqualTo(ExitCode.STOPPED);
    assertThat(relay.connections()).hasSize(2).allMatch(c -> c.closeCode() == 1000);
  }

  @Test
  void goesToWhereTheRelayIsNow()
      throws ExecutionException,
          IOException,
          InterruptedException,
          TimeoutException,
          UsageException {
    start("--camera=name=a,source=folder:" + jpegs("a"), "--camera=name=b,source=test");
    of("a");
    of("b");
    assertThat(started().connected()).isTrue();
    try (TestRelay elsewhere = new TestRelay()) {
      started().relocate(elsewhere.uri());
      assertThat(elsewhere.connections()).as("nobody leaves a relay that is there").isEmpty();
      relay.close();
      await().atMost(PATIENCE).until(() -> elsewhere.connections().size() == 2);
      started().stop(ExitCode.STOPPED);
      assertThat(ended()).isEqualTo(ExitCode.STOPPED);
    }
  }

  @Test
  void endsWhenNoCameraCanBeUsed()
      throws ExecutionException, InterruptedException, TimeoutException, UsageException {
    start("--camera=name=a,source=folder:/no/such", "--camera=name=b,source=file:/no/such");
    assertThat(ended()).isEqualTo(ExitCode.SOURCE);
    assertThat(relay.connections()).isEmpty();
  }

  @Test
  void saysWhyItWasStopped()
      throws ExecutionException,
          IOException,
          InterruptedException,
          TimeoutException,
          UsageException {
    start("--camera=name=a,source=folder:" + jpegs("a"));
    of("a");
    started().stop(ExitCode.MEMORY);
    started().stop(ExitCode.STOPPED);
    assertThat(ended()).isEqualTo(ExitCode.MEMORY);
  }

  @Test
  void changesSizeAndQualityWhileItStreams() throws Exception {
    start("--camera=name=a,source=test,size=640x480,quality=90,fps=20");
    TestRelay.Connection a = of("a");
    a.startStreaming();
    awaitImages(a);
    int before = last(a).length;

    started().change(List.of(agentSettings("name=a,source=test,size=640x480,quality=10,fps=20")));
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(last(a).length).isLessThan(before * 2 / 3));

    started().change(List.of(agentSettings("name=a,source=test,size=320x240,quality=10,fps=20")));
    await().atMost(PATIENCE).until(() -> width(last(a)) == 320);
    assertThat(relay.connections()).as("the connection has stayed").hasSize(1);
  }

  private static CameraSettings agentSettings(String camera) throws UsageException {
    Options options = new Options();
    new CommandLine(options).parseArgs("--camera=" + camera);
    return SettingsReader.read(options, Map.of()).cameras().get(0);
  }

  private static byte[] last(TestRelay.Connection connection) {
    List<byte[]> images = connection.images();
    return images.get(images.size() - 1);
  }

  /** From the frame header, the first SOF0 (T.81, B.2.2). */
  private static int width(byte[] jpeg) {
    int at =
        IntStream.range(0, jpeg.length - 8)
            .filter(i -> (jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == 0xC0)
            .findFirst()
            .orElseThrow();
    return ((jpeg[at + 7] & 0xFF) << 8) + (jpeg[at + 8] & 0xFF);
  }

  private ExitCode ended() throws InterruptedException, ExecutionException, TimeoutException {
    return requireNonNull(run).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }
}
