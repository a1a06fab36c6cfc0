// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import javax.imageio.ImageIO;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.Source;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.capture.ffmpeg.FfmpegEncoder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Frames of the synthetic camera, decoded by Java's own decoder and read as the marker's
 * description says.
 */
class TestSourceTest {

  private static long decode(BufferedImage image, int row) {
    int cell = Math.max(8, image.getWidth() / 64 / 8 * 8);
    long bits = 0;
    for (int i = 0; i < 36; i++) {
      int rgb = image.getRGB((int) ((i + 0.5) * cell), (int) ((row + 0.5) * cell));
      int luma = ((rgb >> 16 & 255) * 299 + (rgb >> 8 & 255) * 587 + (rgb & 255) * 114) / 1000;
      bits = bits << 1 | (luma > 128 ? 1 : 0);
    }
    assertThat(bits >>> 34).isEqualTo(0b10);
    assertThat(bits & 1).isEqualTo(1);
    long number = bits >>> 2 & 0xFFFF_FFFFL;
    assertThat(bits >>> 1 & 1).isEqualTo(Long.bitCount(number) & 1);
    return number;
  }

  @ParameterizedTest
  @CsvSource({"true,1280,720,80", "true,320,180,20", "false,640,480,80", "true,288,64,100"})
  void canBeReadByMachines(boolean ffmpeg, int width, int height, int quality)
      throws IOException, SourceException, InterruptedException {
    TestSource.Encoders encoders = ffmpeg ? FfmpegEncoder::new : ImageIoEncoder::new;
    Picture picture = new Picture(16);
    try (TestSource source =
        new TestSource("front", width, height, 240, quality, encoders, InstantSource.system())) {
      source.open();
      int before = 0;
      for (int i = 0; i < 40; i++) {
        assertThat(source.read(picture, Duration.ofSeconds(5))).isEqualTo(Source.Read.PICTURE);
        byte[] jpeg = new byte[picture.data().remaining()];
        picture.data().duplicate().get(jpeg);
        BufferedImage image = image(jpeg);
        assertThat(image.getWidth()).isEqualTo(width);
        assertThat(image.getHeight()).isEqualTo(height);
        assertThat(decode(image, 0)).isEqualTo(i);
        assertThat(decode(image, 1)).isEqualTo(picture.capturedAtMillis() & 0xFFFF_FFFFL);
        before = jpeg.length;
      }
      assertThat(source.quality(5)).isTrue();
      source.read(picture, Duration.ofSeconds(5));
      assertThat(picture.data().remaining()).isLessThan(before);
    }
  }

  private static BufferedImage image(byte[] jpeg) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
    assertThat(image).isNotNull();
    return image;
  }

  @ParameterizedTest
  @CsvSource({"286,64", "289,64", "288,62"})
  void refusesASizeWithoutRoomForTheMarker(int width, int height) {
    try (TestSource source =
        new TestSource("x", width, height, 1, 80, ImageIoEncoder::new, InstantSource.system())) {
      assertThatThrownBy(source::open).hasMessageContaining(width + "x" + height);
    }
  }
}
