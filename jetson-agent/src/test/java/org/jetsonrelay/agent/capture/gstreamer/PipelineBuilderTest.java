// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.jetsonrelay.agent.capture.SourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PipelineBuilderTest {

  private static final String SINK = " ! appsink name=sink sync=false max-buffers=2 drop=true";
  private static final String FILE_SINK = " ! appsink name=sink sync=true max-buffers=2 drop=true";
  private static final Set<String> USB = Set.of("image/jpeg", "video/x-raw", "YUY2");

  // All at 1280x720, 30 frames per second and 80 %; "SINK" stands for the two above.
  @ParameterizedTest(name = "{0} by {1} on {2}")
  @CsvSource(
      delimiter = '@',
      textBlock =
          """
          csi:0@nvjpeg@jetson@nvarguscamerasrc sensor-id=0 ! video/x-raw(memory:NVMM),format=NV12,width=1280,height=720,framerate=30/1 ! nvvidconv ! video/x-raw(memory:NVMM),format=I420 ! nvjpegenc name=enc quality=80
          csi:3@cpu@jetson@nvarguscamerasrc sensor-id=3 ! video/x-raw(memory:NVMM),format=NV12,width=1280,height=720,framerate=30/1 ! nvvidconv ! video/x-raw,format=I420 ! jpegenc name=enc quality=80
          csi:0@passthrough@jetson@!delivers no JPEG
          csi:0@cpu@pc@!nvarguscamerasrc, which is not here: apt-get install nvidia-l4t-gstreamer
          csi:0@javacv@jetson@!not an encoder of GStreamer
          csi:0@auto@jetson@!not an encoder of GStreamer
          v4l2:/dev/video1@nvjpeg@jetson@v4l2src device="/dev/video1" do-timestamp=true ! video/x-raw,format=YUY2,width=1280,height=720,framerate=30/1 ! nvvidconv ! video/x-raw(memory:NVMM),format=I420 ! nvjpegenc name=enc quality=80
          v4l2:/dev/video1@cpu@jetson@v4l2src device="/dev/video1" do-timestamp=true ! video/x-raw,format=YUY2,width=1280,height=720,framerate=30/1 ! videoconvert ! video/x-raw,format=I420 ! jpegenc name=enc quality=80
          v4l2:/dev/video1@cpu@pc@v4l2src device="/dev/video1" do-timestamp=true ! video/x-raw,format=YUY2,width=1280,height=720,framerate=30/1 ! videoconvert ! video/x-raw,format=I420 ! jpegenc name=enc quality=80
          v4l2:/dev/video1@passthrough@jetson@v4l2src device="/dev/video1" do-timestamp=true ! image/jpeg,width=1280,height=720,framerate=30/1
          v4l2:/dev/video1@passthrough@pc@v4l2src device="/dev/video1" do-timestamp=true ! image/jpeg,width=1280,height=720,framerate=30/1
          v4l2:/dev/video1@cpu@nothing@!gstreamer1.0-plugins-good
          v4l2:/dev/video1@nvjpeg@pc@!nvvidconv
          rtsp://host/a@nvjpeg@jetson@rtspsrc location="rtsp://host/a" latency=50 drop-on-latency=true protocols=tcp ! rtph264depay ! h264parse ! nvv4l2decoder ! videorate drop-only=true max-rate=30 ! nvvidconv ! video/x-raw(memory:NVMM),format=I420,width=1280,height=720 ! nvjpegenc name=enc quality=80
          rtsp://host/a@cpu@jetson@rtspsrc location="rtsp://host/a" latency=50 drop-on-latency=true protocols=tcp ! rtph264depay ! h264parse ! nvv4l2decoder ! videorate drop-only=true max-rate=30 ! nvvidconv ! video/x-raw,format=I420,width=1280,height=720 ! jpegenc name=enc quality=80
          rtsp://host/a@cpu@pc@rtspsrc location="rtsp://host/a" latency=50 drop-on-latency=true protocols=tcp ! rtph264depay ! h264parse ! avdec_h264 ! videorate drop-only=true max-rate=30 ! videoconvert ! videoscale ! video/x-raw,format=I420,width=1280,height=720 ! jpegenc name=enc quality=80
          rtsp://host/a@passthrough@pc@rtspsrc location="rtsp://host/a" latency=50 drop-on-latency=true protocols=tcp ! rtpjpegdepay
          rtsp://host/a@passthrough@jetson@rtspsrc location="rtsp://host/a" latency=50 drop-on-latency=true protocols=tcp ! rtpjpegdepay
          rtsp://host/a@cpu@nothing@!rtspsrc
          file:/a b.mp4@nvjpeg@jetson@filesrc location="/a b.mp4" ! decodebin ! videorate drop-only=true max-rate=30 ! nvvidconv ! video/x-raw(memory:NVMM),format=I420,width=1280,height=720 ! nvjpegenc name=enc quality=80
          file:/a.mp4@cpu@jetson@filesrc location="/a.mp4" ! decodebin ! videorate drop-only=true max-rate=30 ! nvvidconv ! video/x-raw,format=I420,width=1280,height=720 ! jpegenc name=enc quality=80
          file:/a.mp4@cpu@pc@filesrc location="/a.mp4" ! decodebin ! videorate drop-only=true max-rate=30 ! videoconvert ! videoscale ! video/x-raw,format=I420,width=1280,height=720 ! jpegenc name=enc quality=80
          file:/a.AVI@passthrough@pc@filesrc location="/a.AVI" ! avidemux ! image/jpeg ! videorate drop-only=true max-rate=30
          file:/a.mkv@passthrough@pc@filesrc location="/a.mkv" ! matroskademux ! image/jpeg ! videorate drop-only=true max-rate=30
          file:/a.mp4@passthrough@pc@filesrc location="/a.mp4" ! qtdemux ! image/jpeg ! videorate drop-only=true max-rate=30
          file:/a.mov@passthrough@jetson@filesrc location="/a.mov" ! qtdemux ! image/jpeg ! videorate drop-only=true max-rate=30
          file:/a.mjpeg@passthrough@pc@filesrc location="/a.mjpeg" ! jpegparse ! image/jpeg ! videorate drop-only=true max-rate=30
          file:/a.mp4@cpu@nothing@!decodebin
          test@nvjpeg@jetson@videotestsrc is-live=true horizontal-speed=2 ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1 ! nvvidconv ! video/x-raw(memory:NVMM),format=I420 ! nvjpegenc name=enc quality=80
          test@cpu@jetson@videotestsrc is-live=true horizontal-speed=2 ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1 ! jpegenc name=enc quality=80
          test@cpu@pc@videotestsrc is-live=true horizontal-speed=2 ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1 ! jpegenc name=enc quality=80
          test@passthrough@pc@!delivers no JPEG
          pipeline:a ! b@passthrough@pc@a ! b
          pipeline:a ! b@nvjpeg@jetson@a ! b
          """)
  void writes(String input, String encoder, String device, String expected) throws SourceException {
    Input from = Input.parse(input);
    GstSettings settings = GstSettings.of(from).withSize(1280, 720).withFps(30);
    Encoder by = Encoder.named(encoder).orElseThrow();
    if (expected.startsWith("!")) {
      assertThatThrownBy(() -> PipelineBuilder.build(settings, by, Devices.named(device), USB))
          .isInstanceOf(SourceException.class)
          .hasMessageContaining(expected.substring(1));
    } else {
      assertThat(PipelineBuilder.build(settings, by, Devices.named(device), USB))
          .isEqualTo(expected + (from instanceof Input.File ? FILE_SINK : SINK));
    }
  }

  @Test
  void leavesOutWhatWasNotAskedFor() throws SourceException {
    assertThat(build("csi:0", Encoder.NVJPEG, "jetson"))
        .startsWith(
            "nvarguscamerasrc sensor-id=0 ! video/x-raw(memory:NVMM),format=NV12 ! nvvidconv");
    assertThat(build("v4l2:/dev/video0", Encoder.PASSTHROUGH, "pc"))
        .isEqualTo("v4l2src device=\"/dev/video0\" do-timestamp=true ! image/jpeg" + SINK);
    assertThat(build("rtsp://h/", Encoder.CPU, "pc"))
        .endsWith(
            "avdec_h264 ! videoconvert ! video/x-raw,format=I420"
                + " ! jpegenc name=enc quality=80"
                + SINK);
    assertThat(build("test", Encoder.CPU, "pc")).contains("width=1280,height=720,framerate=30/1");
  }

  @Test
  void takesTheNextDecoderWhereOneIsMissing() throws SourceException {
    GstSettings settings = GstSettings.of(Input.parse("rtsp://h/"));
    Device pc = Devices.named("pc");
    assertThat(
            PipelineBuilder.build(
                settings, Encoder.CPU, Devices.without(pc, "avdec_h264"), Set.of()))
        .contains(" ! openh264dec ! ");
    assertThatThrownBy(() ->
            PipelineBuilder.build(
                settings, Encoder.CPU, Devices.without(pc, "avdec_h264", "openh264dec"), Set.of()))
        .hasMessageContaining("gstreamer1.0-libav");
  }

  @ParameterizedTest
  @CsvSource({"30,30/1", "7.5,15/2", "0.5,1/2", "29.97,2997/100", "0.01,1/100", "240,240/1"})
  void writesRatesAsFractions(double fps, String fraction) throws SourceException {
    GstSettings settings = GstSettings.of(new Input.Test()).withFps(fps);
    assertThat(PipelineBuilder.build(settings, Encoder.CPU, Devices.named("pc"), Set.of()))
        .contains(",framerate=" + fraction + " ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a\" ! fakesink name=\"x.mp4",
        "/a\\\" ! fakesink.mp4",
        "/a\\",
        "/a' ! b",
        "/a ! b ; (c)",
        "/ä€𝄞"
      })
  void quotesWhateverAFileIsCalled(String path) throws SourceException {
    String pipeline = build("file:" + path, Encoder.CPU, "pc");
    String rest = pipeline.substring("filesrc location=\"".length());
    // Reads the quotes as GStreamer does: a backslash takes the next character with it.
    StringBuilder read = new StringBuilder();
    int at = 0;
    while (rest.charAt(at) != '"') {
      at += rest.charAt(at) == '\\' ? 1 : 0;
      read.append(rest.charAt(at++));
    }
    assertThat(read.toString()).isEqualTo(path);
    assertThat(rest.substring(at)).startsWith("\" ! decodebin ! videoconvert ! ");
  }

  @Test
  void keepsASinkOfTheOperatorsOwn() throws SourceException {
    String own = "videotestsrc ! jpegenc ! appsink name=sink max-buffers=9";
    assertThat(build("pipeline:" + own, Encoder.PASSTHROUGH, "pc")).isEqualTo(own);
    String other = "videotestsrc name=sinking ! jpegenc !";
    assertThat(build("pipeline:" + other, Encoder.PASSTHROUGH, "pc"))
        .isEqualTo("videotestsrc name=sinking ! jpegenc" + SINK);
  }

  @Test
  void refusesImpossibleSettings() {
    GstSettings settings = GstSettings.of(new Input.Test());
    assertThat(settings.withSize(65_500, 65_500).withFps(240).withQuality(100).width())
        .isEqualTo(65_500);
    assertThatThrownBy(() -> settings.withSize(65_501, 1)).hasMessageContaining("65501");
    assertThatThrownBy(() -> settings.withSize(640, 0)).hasMessageContaining("together");
    assertThatThrownBy(() -> settings.withSize(-1, -1)).hasMessageContaining("impossible");
    assertThatThrownBy(() -> settings.withFps(240.1)).hasMessageContaining("240.1");
    assertThatThrownBy(() -> settings.withFps(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> settings.withFps(0.001)).hasMessageContaining("impossible");
    assertThatThrownBy(() -> settings.withQuality(101)).hasMessageContaining("101");
    assertThatThrownBy(() -> settings.withQuality(0)).hasMessageContaining("impossible");
  }

  private static String build(String input, Encoder encoder, String device) throws SourceException {
    return PipelineBuilder.build(
        GstSettings.of(Input.parse(input)), encoder, Devices.named(device), Set.of());
  }
}
