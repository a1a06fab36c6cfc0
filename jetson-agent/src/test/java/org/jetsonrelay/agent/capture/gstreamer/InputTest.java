// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.jetsonrelay.agent.capture.SourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputTest {

  @Test
  void readsEveryKind() throws SourceException {
    assertThat(Input.parse("csi:0")).isEqualTo(new Input.Csi(0));
    assertThat(Input.parse("csi:15")).isEqualTo(new Input.Csi(15));
    assertThat(Input.parse("v4l2:/dev/video0")).isEqualTo(new Input.V4l2("/dev/video0"));
    assertThat(Input.parse("v4l2:/dev/v4l/by-id/usb-046d_C920_9A-video-index0"))
        .isEqualTo(new Input.V4l2("/dev/v4l/by-id/usb-046d_C920_9A-video-index0"));
    assertThat(Input.parse("rtsp://10.0.0.9:8554/a?b=c"))
        .isEqualTo(new Input.Rtsp(URI.create("rtsp://10.0.0.9:8554/a?b=c")));
    assertThat(Input.parse("file:/videos/a b.mp4")).isEqualTo(new Input.File("/videos/a b.mp4"));
    assertThat(Input.parse("test")).isEqualTo(new Input.Test());
    assertThat(Input.parse("pipeline:\"videotestsrc ! jpegenc\""))
        .isEqualTo(new Input.Custom("videotestsrc ! jpegenc"));
    assertThat(Input.parse("pipeline:filesrc location=\"a\" ! jpegparse"))
        .isEqualTo(new Input.Custom("filesrc location=\"a\" ! jpegparse"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "csi",
        "csi:",
        "csi:16",
        "csi:-1",
        "csi:0 ! fakesink",
        "csi:0x1",
        "v4l2:",
        "v4l2:/dev/../etc/passwd",
        "v4l2:video0",
        "v4l2:/dev/video0 ! fakesink",
        "v4l2:/dev/video0\" ! fakesink name=\"x",
        "rtsp:",
        "rtsp://",
        "rtsp:///path",
        "rtsp://host/a b",
        "rtsp://host/\" ! fakesink \"",
        "rtsp://host/\\",
        "rtsp://host/a#b",
        "file:",
        "file: ",
        "file:/a\nb",
        "pipeline:",
        "pipeline:\"\"",
        "pipeline:a\u0000b",
        "http://host/",
        "ghost"
      })
  void refusesWhatNamesNoSource(String text) {
    assertThatThrownBy(() -> Input.parse(text)).isInstanceOf(SourceException.class);
  }

  @Test
  void refusesOneCharacterTooMany() throws SourceException {
    String longest = "file:" + "a".repeat(Input.MOST_CHARACTERS - 5);
    assertThat(Input.parse(longest)).isInstanceOf(Input.File.class);
    assertThatThrownBy(() -> Input.parse(longest + "a")).hasMessageContaining("4096");
  }

  @Test
  void showsNoPassword() throws SourceException {
    Input input = Input.parse("rtsp://user:secret@10.0.0.9/stream");
    assertThat(input.description()).isEqualTo("rtsp://10.0.0.9/stream");
    assertThatThrownBy(() -> Input.parse("rtsp://user:secret@10.0.0.9/a b"))
        .hasMessageNotContaining("secret");
  }

  @Test
  void recognizesOnlyItsOwnKinds() {
    assertThat(Input.recognizes("csi:0")).isTrue();
    assertThat(Input.recognizes("test")).isTrue();
    assertThat(Input.recognizes("folder:/a")).isFalse();
    assertThat(Input.recognizes("tests")).isFalse();
  }
}
