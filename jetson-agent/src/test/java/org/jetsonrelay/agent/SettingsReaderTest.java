// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jetsonrelay.agent.capture.gstreamer.Encoder;
import org.jetsonrelay.agent.policy.QualitySettings;
import org.jetsonrelay.agent.settings.AgentSettings;
import org.jetsonrelay.agent.settings.CameraSettings;
import org.jetsonrelay.agent.settings.Options;
import org.jetsonrelay.agent.settings.SettingsReader;
import org.jetsonrelay.agent.settings.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What users write, and what they are told when it is wrong. */
class SettingsReaderTest {

  private static AgentSettings read(Map<String, String> environment, String... arguments)
      throws UsageException {
    Options options = new Options();
    new CommandLine(options).parseArgs(arguments);
    return SettingsReader.read(options, environment);
  }

  @Test
  void hasDefaultsForEverything() throws UsageException {
    AgentSettings settings = read(Map.of());

    assertThat(settings.relay()).hasToString("ws://127.0.0.1:8080/ws");
    assertThat(settings.cameras()).hasSize(1);
    CameraSettings camera = settings.cameras().get(0);
    assertThat(camera.source()).isEqualTo("test");
    assertThat(camera.quality()).isEqualTo(80);
    assertThat(camera.name()).isEmpty();
    assertThat(camera.alwaysOn()).isFalse();
  }

  @Test
  void readsTheEnvironmentAndLetsTheCommandLineWin() throws UsageException {
    Map<String, String> environment =
        Map.of(
            "RELAY_URL",
            "ws://relay:9000",
            "CAMERA_NAME",
            "rear",
            "SOURCE",
            "folder:/x",
            "FPS",
            "12.5",
            "SIZE",
            "640x480",
            "QUALITY",
            "60",
            "TOKEN",
            "t",
            "ENCODER",
            "cpu",
            "PING_PERIOD",
            " 2 ",
            "LOG_LEVEL",
            "");

    AgentSettings settings = read(environment, "--name", "front", "--always-on");

    assertThat(settings.relay()).hasToString("ws://relay:9000/ws");
    assertThat(settings.uplink().ping()).isEqualTo(Duration.ofSeconds(2));
    CameraSettings camera = settings.cameras().get(0);
    assertThat(camera.name()).contains("front");
    assertThat(camera.source()).isEqualTo("folder:/x");
    assertThat(camera.fps()).hasValue(12.5);
    assertThat(camera.size()).isEqualTo(new CameraSettings.Size(640, 480));
    assertThat(camera.quality()).isEqualTo(60);
    assertThat(camera.token()).contains("t");
    assertThat(camera.encoder()).isEqualTo(Encoder.CPU);
    assertThat(camera.alwaysOn()).isTrue();
  }

  @Test
  void boundsTheQualityOfEachCamera() throws UsageException {
    AgentSettings settings =
        read(
            Map.of("MIN_QUALITY", "50"),
            "--camera",
            "name=good,quality=90",
            "--camera",
            "name=poor,quality=45");

    assertThat(settings.cameras())
        .extracting(camera -> settings.uplinkOf(camera).quality())
        .containsExactly(
            Optional.of(QualitySettings.between(50, 90)),
            Optional.of(QualitySettings.between(45, 45)));
  }

  @Test
  void leavesTheQualityAloneWhenToldSo() throws UsageException {
    assertThat(read(Map.of()).minQuality()).hasValue(40);
    assertThat(read(Map.of(), "--no-adapt").minQuality()).isEmpty();
    assertThat(read(Map.of("NO_ADAPT", "true")).minQuality()).isEmpty();
    AgentSettings settings = read(Map.of("NO_ADAPT", "true"), "--no-adapt=false");
    assertThat(settings.minQuality()).hasValue(40);
  }

  @Test
  void readsSeveralCamerasThatShareWhatTheyDoNotSay() throws UsageException {
    AgentSettings settings =
        read(
            Map.of("CAMERA_NAME", "ignored"),
            "--fps",
            "10",
            "--camera",
            "name=a,source=file:x,y=z.mp4,quality=50",
            "--camera",
            "name=b,fps=5");

    assertThat(settings.cameras()).extracting(CameraSettings::label).containsExactly("a", "b");
    assertThat(settings.cameras())
        .extracting(CameraSettings::source)
        .containsExactly("file:x,y=z.mp4", "test");
    assertThat(settings.cameras()).extracting(CameraSettings::quality).containsExactly(50, 80);
    assertThat(settings.cameras()).extracting(c -> c.fps().orElse(0)).containsExactly(10.0, 5.0);
  }

  @Test
  void readsTheLimitsOfTheProcess() throws UsageException {
    AgentSettings settings =
        read(Map.of("MAX_RSS", "2g", "HANG_LIMIT", "5", "ALWAYS_ON", "yes"), "--always-on=false");

    assertThat(settings.mostResidentBytes()).hasValue(2L << 30);
    assertThat(settings.hang()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.cameras().get(0).alwaysOn()).isFalse();
    assertThat(read(Map.of("MAX_RSS", "off")).mostResidentBytes()).isEmpty();
    assertThat(read(Map.of()).minQuality()).hasValue(40);
    assertThat(read(Map.of("MIN_QUALITY", "30")).minQuality()).hasValue(30);
    assertThat(read(Map.of(), "--no-adapt").minQuality()).isEmpty();
    assertThat(read(Map.of(), "--max-rss=64M").mostResidentBytes()).hasValue(64L << 20);
  }

  @Test
  void readsSeveralCamerasFromTheEnvironment() throws UsageException {
    assertThat(read(Map.of("CAMERAS", "name=a,source=test; name=b ;")).cameras())
        .extracting(CameraSettings::label)
        .containsExactly("a", "b");
  }

  @Test
  void servesSixteenCamerasAndNoMore() throws UsageException {
    String[] sixteen = cameras(16);
    assertThat(read(Map.of(), sixteen).cameras()).hasSize(16);

    assertThat(complaint(cameras(17))).contains("17 cameras are more than the 16");
  }

  private static String[] cameras(int count) {
    String[] arguments = new String[count];
    for (int i = 0; i < count; i++) {
      arguments[i] = "--camera=name=c" + i;
    }
    return arguments;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--relay=http://x/ws       | --relay is 'http://x/ws', but it must be an address that begins with ws://",
        "--relay=ws:nonsense       | --relay is 'ws:nonsense', but",
        "--relay=ws://a b          | --relay is 'ws://a b', but",
        "--relay=ws://u:p@h/ws     | address without user name",
        "--name=a/b                | --name is 'a/b', but it must be 1 to 64 letters",
        "--name=                   | --name is '', but",
        "--source=dir:x            | --source is 'dir:x', but it must be test, csi:N, v4l2:/dev/videoN, rtsp://HOST/PATH, file:VIDEO, folder:DIR or pipeline:...",
        "--source=folder:          | --source is 'folder:', but",
        "--source=csi:16           | --source: 'csi:16' names no sensor; write csi:0 to csi:15",
        "--source=v4l2:video0      | --source: 'v4l2:video0' names no device; write v4l2:/dev/video0",
        "--source=rtsp://u:p@      | --source: the rtsp address names no host",
        "--source=pipeline:        | --source: the source names nothing; write pipeline:",
        "--encoder=gpu             | --encoder is 'gpu', but it must be one of auto, nvjpeg, cpu, passthrough, javacv",
        "--max-rss=63M             | --max-rss is '63M', but it must be megabytes or gigabytes of memory from 64M",
        "--max-rss=lots            | --max-rss is 'lots', but",
        "--hang-limit=0.5          | --hang-limit is '0.5', but it must be seconds from 1 to 3600",
        "--config=/no/such.yaml    | --config names '/no/such.yaml', which cannot be read",
        "--fps=0                   | --fps is '0', but it must be frames per second from 0.1 to 240",
        "--fps=241                 | --fps is '241', but",
        "--fps=fast                | --fps is 'fast', but",
        "--size=1280               | --size is '1280', but it must be an even width and height",
        "--size=641x480            | --size is '641x480', but",
        "--size=9000x480           | --size is '9000x480', but",
        "--quality=0               | --quality is '0', but it must be a JPEG quality from 1 to 100",
        "--quality=101             | --quality is '101', but",
        "--always-on=maybe         | --always-on is 'maybe', but it must be true or false",
        "--log-level=loud          | --log-level is 'loud', but it must be one of error, warn, info, debug, trace",
        "--ping-period=0           | --ping-period is '0', but it must be seconds from 0.1 to 3600",
        "--camera=front            | --camera is 'front', but it must be KEY=VALUE pairs",
        "--camera=fps=1,fps=2      | --camera gives fps twice",
        "--camera=name=a,fps=0     | fps in --camera is '0', but",
        "--speed=3                 | '--speed=3' is not an option; --help lists them",
        "stray                     | 'stray' is not an option; --help lists them",
      })
  void saysInOneSentenceWhatIsWrong(String argument, String sentence) {
    assertThat(complaint(argument)).contains(sentence).hasLineCount(1);
  }

  @Test
  void keepsSecretsOutOfComplaints() {
    assertThat(complaint("--token=my secret"))
        .contains("--token is not a token")
        .doesNotContain("my secret");
  }

  @Test
  void wantsADifferentNameForEachCamera() {
    assertThat(complaint("--camera=name=a", "--camera=name=a"))
        .contains("a name that no other has");
    assertThat(complaint("--camera=name=a", "--camera=fps=3")).contains("needs a name of its own");
  }

  @Test
  void namesTheVariableWhenTheValueCameFromThere() {
    assertThat(complaint(Map.of("FPS", "x"))).contains("FPS is 'x', but");
  }

  private static String complaint(String... arguments) {
    return complaint(Map.of(), arguments);
  }

  private static String complaint(Map<String, String> environment, String... arguments) {
    StringWriter err = new StringWriter();
    int code = run(environment, new StringWriter(), err, arguments);
    assertThat(code).isEqualTo(2);
    return err.toString();
  }

  private static int run(
      Map<String, String> environment, StringWriter out, StringWriter err, String... arguments) {
    try {
      return Main.run(
          arguments, environment, new PrintWriter(out, true), new PrintWriter(err, true));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void helpNamesEveryExitCode() {
    StringWriter out = new StringWriter();
    assertThat(run(Map.of(), out, new StringWriter(), "--help")).isZero();
    for (ExitCode code : ExitCode.values()) {
      assertThat(out.toString()).contains("  " + code.code() + "  " + code.meaning());
    }
  }

  @Test
  void aSourceThatCannotBeUsedEndsTheAgent() {
    assertThat(run(Map.of(), new StringWriter(), new StringWriter(), "--source=folder:/no/such"))
        .isEqualTo(3);
    assertThat(run(Map.of(), new StringWriter(), new StringWriter(), "--source=file:/no/such.mp4"))
        .isEqualTo(3);
  }
}
