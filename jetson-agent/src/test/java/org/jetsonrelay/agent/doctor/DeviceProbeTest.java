// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.capture.gstreamer.Device;
import org.jetsonrelay.agent.capture.gstreamer.Input;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceProbeTest {

  @TempDir private Path root;

  @Test
  void reportsAnOrinWithAUsbCamera() throws IOException {
    write("proc/device-tree/model", "NVIDIA Jetson Orin Nano Developer Kit\0");
    write(
        "etc/nv_tegra_release",
        "# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic, EABI: aarch64\n");
    write("dev/video10", "");
    write("dev/video2", "");
    write("dev/videos", "");
    write("sys/class/video4linux/video2/name", "HD Pro Webcam C920\n");
    Device jetson =
        new Device(
            Optional.of("1.20.3"),
            Set.of("nvarguscamerasrc", "nvvidconv", "nvjpegenc", "v4l2src", "jpegenc"),
            Set.of("nvvidconv", "nvjpegenc"));

    DeviceReport report =
        new DeviceProbe(root, answering(jetson, Set.of("image/jpeg", "video/x-raw")))
            .report(Optional.of("2.35"));

    assertThat(report.model()).contains("NVIDIA Jetson Orin Nano Developer Kit");
    assertThat(report.l4t()).contains("36.4.3");
    assertThat(report.jetpack()).contains("JetPack 6");
    assertThat(report.jpegEngine()).isTrue();
    assertThat(report.problems()).isEmpty();
    assertThat(report.cameras())
        .extracting(DeviceReport.Camera::source)
        .containsExactly("csi:0", "v4l2:/dev/video2", "v4l2:/dev/video10", "test");
    assertThat(report.cameras())
        .extracting(camera -> camera.encoder().orElseThrow())
        .containsExactly("nvjpeg", "passthrough", "passthrough", "nvjpeg");
    assertThat(report.toText())
        .contains("JetPack       JetPack 6 (L4T 36.4.3)\n")
        .contains("v4l2:/dev/video2 (HD Pro Webcam C920): passthrough, since the camera")
        .contains("problems      none\n");
  }

  @Test
  void reportsWhatIsMissing() throws IOException {
    write("etc/nv_tegra_release", "# R32 (release), REVISION: 7.4, GCID: 1\n");
    write("dev/null", "");
    Device bare = new Device(Optional.of("1.14.5"), Set.of("videotestsrc", "jpegenc"), Set.of());
    DeviceReport report = new DeviceProbe(root, answering(bare, Set.of())).report(Optional.empty());
    assertThat(report.jetpack()).contains("JetPack 4");
    assertThat(report.problems())
        .anyMatch(problem -> problem.contains("there is no camera"))
        .anyMatch(problem -> problem.contains("nvidia-l4t-gstreamer"));
    assertThat(report.toText())
        .contains("model         unknown\n")
        .contains("glibc         unknown");
  }

  @Test
  void reportsAMachineWithoutGstreamer() {
    DeviceProbe probe =
        new DeviceProbe(
            root,
            new DeviceProbe.Gstreamer() {
              @Override
              public Device device() throws SourceException {
                throw new SourceException("GStreamer is not installed");
              }

              @Override
              public Set<String> offered(Input input) {
                throw new AssertionError("nobody is there to be asked");
              }
            });
    DeviceReport report = probe.report(Optional.of("2.36"));
    assertThat(report.gstreamer()).isEmpty();
    assertThat(report.problems()).contains("GStreamer is not installed");
    assertThat(report.toText()).contains("GStreamer     missing\n");
  }

  @Test
  void saysWhyACameraCannotBeUsed() throws IOException {
    write("dev/video0", "");
    write("sys/class/video4linux/video0/name", "evil\u001b[2J\n");
    DeviceProbe probe =
        new DeviceProbe(
            root,
            new DeviceProbe.Gstreamer() {
              @Override
              public Device device() {
                return new Device(Optional.of("1.22.0"), Set.of("v4l2src", "jpegenc"), Set.of());
              }

              @Override
              public Set<String> offered(Input input) throws SourceException {
                throw new SourceException("device is busy");
              }
            });
    DeviceReport report = probe.report(Optional.empty());
    assertThat(report.cameras().get(0).encoder()).isEmpty();
    assertThat(report.toText()).contains("(evil?[2J): not usable: device is busy\n");
  }

  @Test
  void listsNoMoreCamerasThanTheLimit() throws IOException {
    for (int number = 0; number <= DeviceProbe.MOST_CAMERAS; number++) {
      write("dev/video" + number, "");
    }
    Device device = new Device(Optional.of("1.22.0"), Set.of("jpegenc"), Set.of());
    DeviceReport report =
        new DeviceProbe(root, answering(device, Set.of())).report(Optional.empty());
    // And the test picture.
    assertThat(report.cameras()).hasSize(DeviceProbe.MOST_CAMERAS + 1);
  }

  @Test
  void writesJsonThatReadsBack() throws IOException {
    DeviceReport report =
        new DeviceReport(
            Optional.of("a \"board\"\n"),
            Optional.empty(),
            Optional.empty(),
            "aarch64",
            "17.0.1",
            Optional.of("2.27"),
            Optional.of("1.14.5"),
            Set.of("jpegenc"),
            false,
            List.of(new DeviceReport.Camera("test", "x", Optional.empty(), "because")),
            List.of("one"));
    try (JsonParser parser = new JsonFactory().createParser(report.toJson())) {
      StringBuilder seen = new StringBuilder();
      while (parser.nextToken() != null) {
        if (parser.currentToken() != JsonToken.FIELD_NAME
            && parser.currentToken().isScalarValue()) {
          seen.append(parser.currentName()).append('=').append(parser.getText()).append('|');
        }
      }
      assertThat(seen.toString())
          .startsWith("model=a \"board\"\n|l4t=null|jetpack=null|architecture=aarch64|")
          .contains("jpegEngine=false|", "encoder=null|reason=because|");
    }
  }

  @Test
  void looksAtThisMachine() {
    DeviceReport report = DeviceProbe.probe();
    assertThat(report.toText()).contains("architecture  " + System.getProperty("os.arch"));
    assertThat(report.cameras()).last().extracting(DeviceReport.Camera::source).isEqualTo("test");
  }

  @ParameterizedTest
  @CsvSource({
    "ldd (Debian GLIBC 2.36-9+deb12u9) 2.36,2.36",
    "ldd (Ubuntu GLIBC 2.27-3ubuntu1.6) 2.27,2.27",
    "musl libc (aarch64),"
  })
  void readsTheCLibrarysVersion(String line, String version) {
    assertThat(DeviceProbe.glibc(line + "\nCopyright 1999.12\n"))
        .isEqualTo(Optional.ofNullable(version));
  }

  @ParameterizedTest
  @CsvSource({"32.7.4,JetPack 4", "35.4.1,JetPack 5", "36.4,JetPack 6", "39.0,JetPack 7", "99.1,"})
  void knowsTheReleases(String release, String jetpack) {
    assertThat(DeviceProbe.jetpack(release)).isEqualTo(Optional.ofNullable(jetpack));
  }

  private static DeviceProbe.Gstreamer answering(Device device, Set<String> offered) {
    return new DeviceProbe.Gstreamer() {
      @Override
      public Device device() {
        return device;
      }

      @Override
      public Set<String> offered(Input input) {
        return input instanceof Input.V4l2 ? offered : Set.of();
      }
    };
  }

  private void write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
