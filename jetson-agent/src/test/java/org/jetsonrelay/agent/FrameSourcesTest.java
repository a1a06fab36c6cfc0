// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jetsonrelay.agent.capture.Source;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.capture.ffmpeg.LiveSource;
import org.jetsonrelay.agent.capture.ffmpeg.VideoFileSource;
import org.jetsonrelay.agent.capture.folder.FolderSource;
import org.jetsonrelay.agent.capture.gstreamer.Device;
import org.jetsonrelay.agent.capture.gstreamer.EncoderChoice;
import org.jetsonrelay.agent.capture.gstreamer.GstSource;
import org.jetsonrelay.agent.capture.gstreamer.Input;
import org.jetsonrelay.agent.capture.pattern.TestSource;
import org.jetsonrelay.agent.settings.CameraSettings;
import org.jetsonrelay.agent.settings.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which way each source takes on which device, without opening any. */
class FrameSourcesTest {

  private static final Set<String> NVIDIA =
      Set.of("nvarguscamerasrc", "nvvidconv", "nvjpegenc", "nvv4l2decoder");

  private static FrameSources on(String device) {
    return new FrameSources(
        InstantSource.system(),
        () -> {
          Set<String> elements = new HashSet<>(Device.ASKED_FOR);
          return switch (device) {
            case "jetson" -> new Device(Optional.of("1.20"), elements, NVIDIA);
            case "pc" -> {
              elements.removeAll(NVIDIA);
              yield new Device(Optional.of("1.22"), elements, Set.of());
            }
            case "bare" -> new Device(Optional.of("1.22"), Set.of("jpegenc"), Set.of());
            default -> throw new SourceException("GStreamer is not installed: apt-get it");
          };
        });
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          jetson, csi:0,             auto,        NVJPEG
          jetson, csi:0,             cpu,         CPU
          pc,     csi:0,             auto,        needs GStreamer's element nvarguscamerasrc
          none,   csi:0,             auto,        GStreamer is not installed: apt-get it
          jetson, csi:0,             javacv,      JavaCV cannot read it
          jetson, csi:0,             passthrough, does not deliver JPEG
          jetson, v4l2:/dev/video0,  auto,        NVJPEG
          pc,     v4l2:/dev/video0,  auto,        CPU
          pc,     v4l2:/dev/video0,  passthrough, PASSTHROUGH
          pc,     v4l2:/dev/video0,  nvjpeg,      there is no nvjpegenc
          pc,     v4l2:/dev/video0,  javacv,      JAVACV
          none,   v4l2:/dev/video0,  auto,        JAVACV
          bare,   v4l2:/dev/video0,  auto,        JAVACV
          bare,   v4l2:/dev/video0,  cpu,         apt-get install gstreamer1.0-plugins-good
          none,   v4l2:/dev/video0,  cpu,         GStreamer is not installed: apt-get it
          jetson, rtsp://c/1,        auto,        NVJPEG
          pc,     rtsp://c/1,        auto,        CPU
          none,   rtsp://c/1,        auto,        JAVACV
          jetson, file:/v.mp4,       auto,        NVJPEG
          pc,     file:/v.mp4,       auto,        JAVACV
          pc,     file:/v.mp4,       cpu,         CPU
          pc,     file:/v.mjpeg,     auto,        PASSTHROUGH
          none,   file:/v.mp4,       auto,        JAVACV
          jetson, test,              auto,        JAVACV
          jetson, test,              nvjpeg,      NVJPEG
          pc,     test,              cpu,         CPU
          pc,     test,              javacv,      JAVACV
          pc,     test,              nvjpeg,      there is no nvjpegenc
          none,   test,              cpu,         GStreamer is not installed: apt-get it
          pc,     pipeline:a ! b,    auto,        PASSTHROUGH
          none,   pipeline:a ! b,    auto,        GStreamer is not installed: apt-get it
          """)
  void decides(String device, String source, String encoder, String outcome)
      throws UsageException, SourceException {
    CameraSettings camera = CameraSettings.of("front", source, encoder);
    if (outcome.equals(outcome.toUpperCase(Locale.ROOT))) {
      EncoderChoice choice = on(device).choose(Input.parse(source), camera);
      assertThat(choice.encoder()).hasToString(outcome);
      assertThat(choice.reason()).isNotBlank();
    } else {
      assertThatThrownBy(() -> on(device).create(camera))
          .isInstanceOf(SourceException.class)
          .hasMessageContaining(outcome);
    }
  }

  @Test
  void saysWhyJavaCvStandsIn() throws UsageException, SourceException {
    CameraSettings camera = CameraSettings.of("front", "rtsp://c/1", "auto");
    assertThat(on("none").choose(Input.parse("rtsp://c/1"), camera).reason())
        .isEqualTo("since GStreamer is not installed: apt-get it");
    assertThat(on("bare").choose(Input.parse("rtsp://c/1"), camera).reason())
        .contains("needs GStreamer's element rtspsrc");
  }

  @Test
  void makesTheSourceThatWasDecidedFor() throws UsageException, SourceException {
    assertThat(made("jetson", "csi:0")).isInstanceOf(GstSource.class);
    assertThat(made("none", "v4l2:/dev/video0")).isInstanceOf(LiveSource.class);
    assertThat(made("none", "rtsp://u:secret@c/1"))
        .isInstanceOf(LiveSource.class)
        .extracting(Source::description)
        .asString()
        .contains("rtsp://c/1")
        .doesNotContain("secret");
    assertThat(made("none", "file:/v.mp4")).isInstanceOf(VideoFileSource.class);
    assertThat(made("jetson", "test")).isInstanceOf(TestSource.class);
    assertThat(made("jetson", "folder:/x")).isInstanceOf(FolderSource.class);
  }

  private static Source made(String device, String source) throws UsageException, SourceException {
    return on(device).create(CameraSettings.of("front", source, "auto"));
  }

  @Test
  void opensNoDeviceAtStart() throws UsageException, SourceException {
    // Neither exists here: opening them would fail.
    for (String source : List.of("csi:0", "v4l2:/dev/video99", "rtsp://127.0.0.1:1/x")) {
      on("jetson").probe(CameraSettings.of("front", source, "auto"));
    }
    assertThatThrownBy(
            () -> on("pc").probe(CameraSettings.of("front", "file:/no/such.mp4", "auto")))
        .hasMessageContaining("/no/such.mp4");
  }
}
