// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JpegHeaderTest {
  private static byte[] jpeg(int width, int height) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    assertThat(ImageIO.write(image, "jpeg", out)).isTrue();
    return out.toByteArray();
  }

  private static JpegHeader parse(byte[] bytes) {
    return JpegHeader.parse(ByteBuffer.wrap(bytes), 0, bytes.length);
  }

  @Test
  void readsTheSizeOfARealImage() throws IOException {
    assertThat(parse(jpeg(641, 479))).isEqualTo(new JpegHeader.Size(641, 479));
    byte[] inside = new byte[5_000];
    byte[] image = jpeg(16, 8);
    System.arraycopy(image, 0, inside, 100, image.length);
    assertThat(JpegHeader.parse(ByteBuffer.wrap(inside), 100, image.length))
        .isEqualTo(new JpegHeader.Size(16, 8));
  }

  @ParameterizedTest
  @CsvSource({
    "'',                                               too short",
    "ffd8ff,                                           too short",
    "89504e470d0a1a0a,                                 does not begin with FF D8 FF",
    "ffd800ffd8ff,                                     does not begin with FF D8 FF",
    "ffd8ffe0,                                         ends before its frame header",
    "ffd8ffe00000,                                     a segment of impossible length",
    "ffd8ffe00001,                                     a segment of impossible length",
    "ffd8ffe0ffff,                                     ends before its frame header",
    "ffd8ffe0000200,                                   ends before its frame header",
    "ffd8ffe000020000,                                 no marker where one is due",
    "ffd8ffffffffff,                                   ends before its frame header",
    "ffd8ffd9ffd9,                                     no frame header before its data",
    "ffd8ffda000c,                                     no frame header before its data",
    "ffd8ffc0000b0800100010,                           its frame header is cut short",
    "ffd8ffc0000808001000100301,                       its frame header is malformed",
    "ffd8ffc0000b08001000100100,                       its frame header is malformed",
    "ffd8ffc0000b080000001001011100,                   its frame header gives no size",
    "ffd8ffc0000b080010000001011100,                   its frame header gives no size",
  })
  void saysWhyItIsNoJpeg(String hex, String reason) {
    assertThat(parse(HexFormat.of().parseHex(hex))).isEqualTo(new JpegHeader.Fault(reason));
  }

  @Test
  void skipsFillBytesAndTablesButNotWithoutEnd() {
    assertThat(parse(HexFormat.of().parseHex("ffd8ffffffe00002ffffc2000b080010002001011100")))
        .isEqualTo(new JpegHeader.Size(32, 16));
    byte[] endless = new byte[2 + JpegHeader.MAX_SEGMENTS * 4 + 20];
    endless[0] = (byte) 0xff;
    endless[1] = (byte) 0xd8;
    for (int i = 2; i + 3 < endless.length; i += 4) {
      endless[i] = (byte) 0xff;
      endless[i + 1] = (byte) 0xfe;
      endless[i + 3] = 2;
    }
    assertThat(parse(endless))
        .isEqualTo(new JpegHeader.Fault("too many segments before its frame header"));
  }

  @Test
  void survivesRangesOutsideOfTheMemory() {
    ByteBuffer memory = ByteBuffer.allocate(10);
    int[][] ranges = {{-1, 5}, {0, 11}, {10, 1}, {5, -1}, {Integer.MAX_VALUE, Integer.MAX_VALUE}};
    for (int[] range : ranges) {
      assertThat(JpegHeader.parse(memory, range[0], range[1])).isInstanceOf(JpegHeader.Fault.class);
    }
  }

  @Test
  void neverThrowsWhateverTheBytesAre() throws IOException {
    byte[] image = jpeg(64, 48);
    for (int length = 0; length < image.length; length++) {
      parse(Arrays.copyOf(image, length));
    }
    Random random = new Random(4711);
    int sizes = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] mutant = Arrays.copyOf(image, 1 + random.nextInt(image.length));
      for (int n = random.nextInt(8); n >= 0; n--) {
        mutant[random.nextInt(Math.min(mutant.length, 700))] = (byte) random.nextInt();
      }
      if (parse(mutant) instanceof JpegHeader.Size size) {
        assertThat(size.width()).isPositive();
        assertThat(size.height()).isPositive();
        sizes++;
      }
    }
    assertThat(sizes).isBetween(1, 199_999); // both answers happen
  }
}
