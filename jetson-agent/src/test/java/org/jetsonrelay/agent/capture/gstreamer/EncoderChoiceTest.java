// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.jetsonrelay.agent.capture.SourceException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncoderChoiceTest {

  @ParameterizedTest(name = "{0} on {1}, {2} asked for, camera offers [{3}]: {4}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # input               | device     | wanted      | offered                 | taken       | because
          csi:0                 | jetson     | auto        |                         | nvjpeg      | JPEG engine takes NVMM
          csi:0                 | jetson     | nvjpeg      |                         | nvjpeg      | as asked for
          csi:0                 | jetson     | cpu         |                         | cpu         | as asked for
          csi:0                 | jetson     | passthrough |                         |             | csi:0 does not deliver JPEG
          csi:0                 | jetson     | javacv      |                         |             | JavaCV cannot read it
          csi:0                 | jetson-    | auto        |                         | cpu         | no nvjpegenc (on a Jetson
          csi:0                 | nothing    | auto        |                         |             | needs GStreamer
          csi:0                 | none       | auto        |                         |             | needs GStreamer
          v4l2:/dev/video0      | jetson     | auto        | image/jpeg video/x-raw  | passthrough | delivers JPEG
          v4l2:/dev/video0      | jetson     | auto        | video/x-raw             | nvjpeg      | JPEG engine
          v4l2:/dev/video0      | jetson     | auto        |                         | nvjpeg      | JPEG engine
          v4l2:/dev/video0      | jetson     | nvjpeg      | image/jpeg video/x-raw  | nvjpeg      | as asked for
          v4l2:/dev/video0      | jetson     | passthrough | video/x-raw             |             | does not deliver JPEG
          v4l2:/dev/video0      | pc         | auto        | image/jpeg              | passthrough | delivers JPEG
          v4l2:/dev/video0      | pc         | auto        | video/x-raw             | cpu         | jpegenc
          v4l2:/dev/video0      | pc         | passthrough |                         | passthrough | as asked for
          v4l2:/dev/video0      | cuda       | auto        | video/x-raw             | cpu         | CUDA cards
          v4l2:/dev/video0      | cuda       | nvjpeg      | video/x-raw             |             | CUDA cards
          v4l2:/dev/video0      | noconv     | nvjpeg      | video/x-raw             |             | no nvvidconv
          v4l2:/dev/video0      | nothing    | auto        | video/x-raw             | javacv      | no JPEG encoder
          v4l2:/dev/video0      | nothing    | cpu         | video/x-raw             |             | gstreamer1.0-plugins-good
          v4l2:/dev/video0      | none       | auto        |                         | javacv      | is missing
          v4l2:/dev/video0      | none       | javacv      |                         | javacv      | is missing
          v4l2:/dev/video0      | none       | cpu         |                         |             | cpu cannot be used
          rtsp://host/a         | jetson     | auto        |                         | nvjpeg      | JPEG engine
          rtsp://host/a         | pc         | auto        |                         | cpu         | jpegenc
          rtsp://host/a         | pc         | passthrough |                         | passthrough | as asked for
          rtsp://host/a         | pc         | nvjpeg      |                         |             | nvidia-l4t-gstreamer
          file:/a.mp4           | jetson     | auto        |                         | nvjpeg      | JPEG engine
          file:/a.mp4           | pc         | auto        |                         | cpu         | jpegenc
          file:/a.mjpeg         | pc         | auto        |                         | passthrough | sequence of JPEGs
          file:/A.MJPG          | jetson     | auto        |                         | passthrough | sequence of JPEGs
          file:/a.mjpg          | nothing    | auto        |                         | javacv      | no JPEG encoder
          file:/a.avi           | pc         | passthrough |                         | passthrough | as asked for
          test                  | jetson     | auto        |                         | nvjpeg      | JPEG engine
          test                  | pc         | auto        |                         | cpu         | jpegenc
          test                  | pc         | passthrough |                         |             | test does not deliver JPEG
          test                  | pc         | javacv      |                         | javacv      | as asked for
          test                  | none       | auto        |                         | javacv      | is missing
          pipeline:a ! b        | pc         | auto        |                         | passthrough | as it is
          pipeline:a ! b        | none       | auto        |                         |             | needs GStreamer
          """)
  void chooses(
      String input, String device, String wanted, String offered, String taken, String because)
      throws SourceException {
    Input from = Input.parse(input);
    Encoder encoder = Encoder.named(wanted).orElseThrow();
    Set<String> types = offered == null ? Set.of() : Set.of(offered.split(" +"));
    if (taken == null) {
      assertThatThrownBy(() -> EncoderChoice.choose(from, encoder, Devices.named(device), types))
          .isInstanceOf(SourceException.class)
          .hasMessageContaining(because);
    } else {
      EncoderChoice choice = EncoderChoice.choose(from, encoder, Devices.named(device), types);
      assertThat(choice.encoder().word()).isEqualTo(taken);
      assertThat(choice.reason()).contains(because);
    }
  }
}
