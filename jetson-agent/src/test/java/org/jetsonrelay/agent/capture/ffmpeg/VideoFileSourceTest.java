// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.ffmpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import javax.imageio.ImageIO;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameRecorder;
import org.bytedeco.javacv.Frame;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.Source.Read;
import org.jetsonrelay.agent.capture.SourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Video files that FFmpeg has just made. */
class VideoFileSourceTest {

  private static final int FRAMES = 5;

  @TempDir Path folder;

  /** Records frames that grow lighter. */
  private Path video(String name, int codec, int pixels) throws IOException {
    Path file = folder.resolve(name);
    try (FFmpegFrameRecorder recorder = new FFmpegFrameRecorder(file.toFile(), 64, 48)) {
      recorder.setVideoCodec(codec);
      recorder.setPixelFormat(pixels);
      recorder.setFrameRate(25);
      recorder.start();
      for (int i = 0; i < FRAMES; i++) {
        Frame frame = new Frame(64, 48, Frame.DEPTH_UBYTE, 3);
        ByteBuffer bytes = (ByteBuffer) frame.image[0];
        while (bytes.hasRemaining()) {
          bytes.put((byte) (40 * i + 20));
        }
        bytes.rewind();
        recorder.record(frame);
      }
      recorder.stop();
    }
    return file;
  }

  private static VideoFileSource source(Path file, int width, int height) {
    return new VideoFileSource(
        file, OptionalDouble.of(200), width, height, 90, InstantSource.system());
  }

  private static List<byte[]> read(VideoFileSource source, int frames)
      throws IOException, SourceException, InterruptedException {
    List<byte[]> jpegs = new ArrayList<>();
    Picture picture = new Picture(16);
    source.open();
    while (jpegs.size() < frames) {
      assertThat(source.read(picture, Duration.ofSeconds(5))).isEqualTo(Read.PICTURE);
      byte[] jpeg = new byte[picture.data().remaining()];
      picture.data().get(jpeg);
      jpegs.add(jpeg);
    }
    return jpegs;
  }

  private static int grey(byte[] jpeg) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(jpeg)).getRGB(32, 24) & 255;
  }

  @Test
  void handsOnTheImagesOfAnMjpegFileUntouched()
      throws IOException, SourceException, InterruptedException {
    Path file = video("a.avi", avcodec.AV_CODEC_ID_MJPEG, avutil.AV_PIX_FMT_YUVJ420P);
    String contents = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    try (VideoFileSource source = source(file, 0, 0)) {
      List<byte[]> jpegs = read(source, 2 * FRAMES + 1);

      assertThat(source.description()).contains("untouched");
      for (int i = 0; i < FRAMES; i++) {
        assertThat(contents).contains(new String(jpegs.get(i), StandardCharsets.ISO_8859_1));
        assertThat(jpegs.get(i + FRAMES)).isEqualTo(jpegs.get(i));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0,0,64,48", "32,24,32,24"})
  void encodesTheImagesOfAnyOther(int width, int height, int expectedWidth, int expectedHeight)
      throws IOException, SourceException, InterruptedException {
    Path file = video("a.mp4", avcodec.AV_CODEC_ID_MPEG4, avutil.AV_PIX_FMT_YUV420P);
    try (VideoFileSource source = source(file, width, height)) {
      List<byte[]> jpegs = read(source, 2 * FRAMES);

      assertThat(source.description()).contains("encoded");
      for (byte[] jpeg : jpegs) {
        assertThat(ImageIO.read(new ByteArrayInputStream(jpeg)).getWidth())
            .isEqualTo(expectedWidth);
        assertThat(ImageIO.read(new ByteArrayInputStream(jpeg)).getHeight())
            .isEqualTo(expectedHeight);
      }
      if (width == 0) {
        for (int i = 0; i < FRAMES; i++) {
          assertThat(grey(jpegs.get(i))).isBetween(40 * i + 10, 40 * i + 30);
        }
      }
    }
  }

  @Test
  void changesQualityWhilePlayingWhereItEncodes()
      throws IOException, SourceException, InterruptedException {
    Path file = video("a.mp4", avcodec.AV_CODEC_ID_MPEG4, avutil.AV_PIX_FMT_YUV420P);
    try (VideoFileSource source = source(file, 0, 0)) {
      source.open();
      assertThat(source.quality(10)).isTrue();
    }
  }

  @Test
  void saysWhatIsWrongWithAFile() throws IOException {
    Path text = Files.writeString(folder.resolve("a.mp4"), "no video at all");
    try (VideoFileSource source = source(text, 0, 0)) {
      assertThatThrownBy(source::open).hasMessageContaining("cannot be opened as a video");
    }
    try (VideoFileSource source = source(folder.resolve("missing.mp4"), 0, 0)) {
      assertThatThrownBy(source::open).hasMessageContaining("missing.mp4' is not a file");
    }
  }
}
