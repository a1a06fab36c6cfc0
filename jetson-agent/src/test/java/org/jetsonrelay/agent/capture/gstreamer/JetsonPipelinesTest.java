// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.capture.gstreamer.Installed.Run;
import org.junit.jupiter.api.Test;

/**
 * The pipelines meant for a Jetson, run through test doubles of NVIDIA's elements (native/test):
 * they parse, negotiate, deliver and fail as they should. What the real elements do is not shown
 * here.
 */
class JetsonPipelinesTest {

  private static final int DEFAULT_FRAMES = 10_000;

  @Test
  void capturesFromCsiByTheJpegEngine() throws IOException, InterruptedException, SourceException {
    Run run = pull(Map.of(), "csi:0", "30", "auto");
    assertThat(run.output()).contains("encoder=NVJPEG", "takes NVMM memory", "frames=30");
    assertThat(run.code()).isZero();
  }

  @Test
  void capturesFromCsiByTheCpu() throws IOException, InterruptedException, SourceException {
    Run run = pull(Map.of(), "csi:1", "10", "cpu");
    assertThat(run.output()).contains("encoder=CPU", "frames=10");
  }

  @Test
  void bringsTheTestPictureToTheJpegEngine()
      throws IOException, InterruptedException, SourceException {
    Run run = pull(Map.of(), "test", "10", "auto");
    assertThat(run.output()).contains("encoder=NVJPEG", "frames=10");
  }

  @Test
  void repeatsWhatArgusSaysOfAMissingSensor()
      throws IOException, InterruptedException, SourceException {
    Run run = pull(Map.of(), "csi:2", "1", "auto");
    assertThat(run.output()).contains("failed=csi:2: ", "No cameras available");
    assertThat(run.code()).isEqualTo(PullFrames.FAILED);
  }

  @Test
  void failsWhenTheCameraVanishes() throws IOException, InterruptedException, SourceException {
    Run run = pull(Map.of("DOUBLE_CAMERA_VANISHES_AFTER", "5"), "csi:0", "100", "auto");
    assertThat(run.output())
        .contains("failed=csi:0: ", "CANCELLED", "the camera vanished after 5 frames");
    assertThat(run.code()).isEqualTo(PullFrames.FAILED);
  }

  @Test
  void failsWhenTheEncoderFails() throws IOException, InterruptedException, SourceException {
    Run run = pull(Map.of("DOUBLE_ENCODER_FAILS_AFTER", "5"), "csi:0", "100", "auto");
    assertThat(run.output()).contains("failed=csi:0: ", "Failed to encode");
    assertThat(run.code()).isEqualTo(PullFrames.FAILED);
  }

  @Test
  void timesOutWhenTheCameraStallsAndStillCloses()
      throws IOException, InterruptedException, SourceException {
    Run run = pull(Map.of("DOUBLE_CAMERA_STALLS_AFTER", "5"), "csi:0", "100", "auto");
    assertThat(run.output()).contains("and then TIMEOUT");
    assertThat(run.code()).isEqualTo(PullFrames.SILENT);
  }

  @Test
  void goesDownWithAnEncoderThatExitsForASupervisorToRestart()
      throws IOException, InterruptedException, SourceException {
    Run run = pull(Map.of("DOUBLE_ENCODER_EXITS_AFTER", "5"), "csi:0", "100", "auto");
    assertThat(run.output()).contains("encoder=NVJPEG").doesNotContain("frames=", "failed=");
    assertThat(run.code()).isEqualTo(1);
  }

  @Test
  void pullsFramesUnderTheJvmsJniChecksWithoutGrowing()
      throws IOException, InterruptedException, SourceException {
    Installed.library();
    int frames = Integer.getInteger("jetsonrelay.frames", DEFAULT_FRAMES);
    Run run =
        Installed.pull(
            Map.of(),
            List.of("-Xcheck:jni"),
            "pipeline:videotestsrc ! video/x-raw,format=I420,width=160,height=120 ! jpegenc"
                + " ! appsink name=sink sync=false max-buffers=2",
            String.valueOf(frames),
            "auto",
            "0",
            "0",
            "0");
    assertThat(run.output())
        .contains("frames=" + frames)
        .doesNotContain("in native method", "JNI local refs", "FATAL ERROR");
    assertThat(run.code()).isZero();
    int growthKilobytes =
        Integer.parseInt(run.output().replaceAll("(?s).*growth=(-?\\d+).*", "$1"));
    // A leaked frame of this size is 4 KB: 9,000 of them would be 36 MB.
    assertThat(growthKilobytes).isLessThan(8 * 1024);
  }

  private static Run pull(Map<String, String> faults, String source, String frames, String encoder)
      throws IOException, InterruptedException, SourceException {
    return Installed.pullWithDouble(faults, source, frames, encoder, "320", "240", "30");
  }
}
