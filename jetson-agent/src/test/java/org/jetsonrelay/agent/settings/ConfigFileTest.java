// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jetsonrelay.agent.capture.gstreamer.Encoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The YAML file: what it says, and what is said of it when it is wrong. */
class ConfigFileTest {

  @TempDir Path folder;

  private AgentSettings read(String text, Map<String, String> environment, String... arguments)
      throws UsageException, IOException {
    Path file = Files.writeString(folder.resolve("agent.yaml"), text);
    Options options = new Options();
    new CommandLine(options).parseArgs(arguments);
    options.config = file.toString();
    return SettingsReader.read(options, environment);
  }

  @Test
  void readsWhatTheExampleShows() throws UsageException {
    Options options = new Options();
    options.config = Path.of("..", "docs", "agent.example.yaml").toString();
    AgentSettings settings = SettingsReader.read(options, Map.of());

    assertThat(settings.relay()).hasToString("ws://192.168.1.10:8080/ws");
    assertThat(settings.mostResidentBytes()).hasValue(300L << 20);
    assertThat(settings.hang()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.config()).isPresent();
    assertThat(settings.cameras())
        .extracting(CameraSettings::label)
        .containsExactly("front", "rear");
    assertThat(settings.cameras()).extracting(c -> c.fps().orElse(0)).containsExactly(30.0, 15.0);
    assertThat(settings.cameras()).extracting(CameraSettings::quality).containsExactly(80, 60);
  }

  @Test
  void givesWayToOptionsAndVariables() throws UsageException, IOException {
    AgentSettings settings =
        read("fps: 5\nquality: 50\nencoder: cpu\n", Map.of("QUALITY", "60"), "--fps", "7");

    CameraSettings camera = settings.cameras().get(0);
    assertThat(camera.fps()).hasValue(7);
    assertThat(camera.quality()).isEqualTo(60);
    assertThat(camera.encoder()).isEqualTo(Encoder.CPU);
    assertThat(read("cameras:\n- name: a\n", Map.of("CAMERAS", "name=b")).cameras())
        .extracting(CameraSettings::label)
        .containsExactly("b");
  }

  @Test
  void takesValuesAsTheyAreWritten() throws UsageException, IOException {
    // To YAML 1.1 these would be an octal number, a truth and a date.
    AgentSettings settings = read("name: 010\ntoken: yes\nsource: folder:2001-01-01\n", Map.of());

    CameraSettings camera = settings.cameras().get(0);
    assertThat(camera.name()).contains("010");
    assertThat(camera.token()).contains("yes");
    assertThat(camera.source()).isEqualTo("folder:2001-01-01");
  }

  @Test
  void mayBeEmpty() throws UsageException, IOException {
    assertThat(read("# nothing\n", Map.of()).cameras()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "fps: 1~qualty: 3                 | agent.yaml, line 2: 'qualty' is not a key of the file; write one of relay,",
        "cameras:~- name: a~  relay: x    | agent.yaml, line 3: 'relay' is not a key of a camera; write one of name,",
        "fps: 1~fps: 2                    | agent.yaml, line 2: fps stands here twice; write it once",
        "fps: fast                        | agent.yaml, line 1: fps is 'fast', but it must be frames per second",
        "fps: [1, 2]                      | agent.yaml, line 1: fps must be one value",
        "fps:                             | agent.yaml, line 1: fps must be one value",
        "relay: http://x                  | agent.yaml, line 1: relay is 'http://x', but",
        "max-rss: 1M                      | agent.yaml, line 1: max-rss is '1M', but",
        "hang-limit: 0                    | agent.yaml, line 1: hang-limit is '0', but",
        "cameras: front                   | agent.yaml, line 1: cameras must be a list",
        "cameras: []                      | agent.yaml, line 1: cameras must be a list",
        "cameras:~- front                 | agent.yaml, line 2: a camera must consist of 'key: value' lines",
        "cameras:~- name: a~- name: a     | agent.yaml, line 3 is 'a', but it must be a camera with a name that no other has",
        "cameras:~- name: a~- fps: 2      | each of several cameras needs a name of its own",
        "- a                              | agent.yaml, line 1: the file must consist of 'key: value' lines",
        "fps: 1~? [a]~: 2                 | agent.yaml, line 2: '' is not a key of the file",
        "<<: 3                            | agent.yaml, line 1: '<<' is not a key of the file",
        "a: b: c                          | agent.yaml, line 1 is not YAML: mapping values are not allowed here",
        "fps: 1~--- ~fps: 2               | agent.yaml, line 2 is not YAML: but found another document",
        "fps: !!java.net.URL [x]          | agent.yaml, line 1 is not YAML: Global tag is not allowed",
        "fps: [[[[[[[[[[1]]]]]]]]]]       | is not YAML: Nesting Depth exceeded max",
        "source: csi:99                   | agent.yaml, line 1: source: 'csi:99' names no sensor",
      })
  void saysWhichLineIsWrong(String text, String sentence) {
    assertThatThrownBy(() -> read(text.replace('~', '\n'), Map.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(sentence)
        .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
  }

  @Test
  void hasALimitedSize() throws UsageException, IOException {
    String line = "fps: 5\n";
    String most = line + "#".repeat(ConfigFile.MOST_BYTES - line.length());
    assertThat(read(most, Map.of()).cameras().get(0).fps()).hasValue(5);
    assertThatThrownBy(() -> read(most + "#", Map.of())).hasMessageContaining("more than 65536");
  }

  @Test
  void mustBeReadableText() throws IOException {
    Path file = folder.resolve("agent.yaml");
    assertThatThrownBy(() -> ConfigFile.read(file, "--config"))
        .hasMessageContaining("--config names '" + file + "', which cannot be read");
    Files.write(file, "name: é".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> ConfigFile.read(file, "--config")).hasMessageContaining("UTF-8");
  }

  @Test
  void keepsSecretsOutOfComplaints() {
    assertThatThrownBy(() -> read("token: my secret\n", Map.of()))
        .hasMessageContaining("line 1: token is not a token")
        .hasMessageNotContaining("my secret");
    assertThatThrownBy(() -> read("source: rtsp://user:secret@/x\n", Map.of()))
        .hasMessageNotContaining("secret@");
  }
}
