// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.imageio.plugins.jpeg.JPEGHuffmanTable;
import org.jetsonrelay.agent.capture.JpegRepair.Result;
import org.junit.jupiter.api.Test;

public class JpegRepairTest {

  public static final byte[] WHOLE = jpeg();
  public static final byte[] BARE = withoutTables(WHOLE);

  @Test
  void leavesAWholeJpegAlone() {
    Picture picture = holding(WHOLE, WHOLE.length);
    assertThat(JpegRepair.repair(picture)).isEqualTo(Result.GOOD);
    assertThat(bytes(picture)).isEqualTo(WHOLE);
  }

  @Test
  void cutsZerosAfterTheEnd() {
    byte[] padded = Arrays.copyOf(WHOLE, WHOLE.length + 4096);
    Picture picture = holding(padded, padded.length);
    assertThat(JpegRepair.repair(picture)).isEqualTo(Result.REPAIRED);
    assertThat(bytes(picture)).isEqualTo(WHOLE);
  }

  @Test
  void cutsAnythingElseAfterTheEnd() {
    byte[] padded = Arrays.copyOf(WHOLE, WHOLE.length + 100);
    Arrays.fill(padded, WHOLE.length, padded.length, (byte) 0xFF);
    Picture picture = holding(padded, padded.length);
    assertThat(JpegRepair.repair(picture)).isEqualTo(Result.REPAIRED);
    assertThat(bytes(picture)).isEqualTo(WHOLE);
  }

  @Test
  void addsTheTablesThatWereLeftOutWhereTheyFit() throws IOException {
    addsTables(BARE.length + 420);
  }

  @Test
  void addsTheTablesThatWereLeftOutToALargerBuffer() throws IOException {
    addsTables(BARE.length + 419);
    addsTables(BARE.length);
  }

  private static void addsTables(int capacity) throws IOException {
    Picture picture = holding(BARE, capacity);
    assertThat(JpegRepair.repair(picture)).isEqualTo(Result.REPAIRED);
    assertThat(picture.data().position()).isZero();
    assertThat(picture.data().limit()).isEqualTo(BARE.length + 420);
    BufferedImage expected = ImageIO.read(new ByteArrayInputStream(WHOLE));
    BufferedImage actual = ImageIO.read(new ByteArrayInputStream(bytes(picture)));
    assertThat(pixels(actual)).isEqualTo(pixels(expected));
  }

  @Test
  void addsTablesAndCutsPaddingAtOnce() {
    byte[] padded = Arrays.copyOf(BARE, BARE.length + 77);
    Picture picture = holding(padded, padded.length);
    assertThat(JpegRepair.repair(picture)).isEqualTo(Result.REPAIRED);
    assertThat(picture.data().limit()).isEqualTo(BARE.length + 420);
    assertThat(bytes(picture)).endsWith(0xFF, 0xD9);
  }

  @Test
  void refusesEveryTruncation() {
    for (int length = 0; length < WHOLE.length; length++) {
      assertThat(JpegRepair.repair(holding(Arrays.copyOf(WHOLE, length), WHOLE.length)))
          .as("cut to %d bytes", length)
          .isEqualTo(Result.BROKEN);
    }
  }

  @Test
  void survivesGarbageAndNeverReadsPastItsLimit() {
    Random random = new Random(4711);
    int broken = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] data = WHOLE.clone();
      for (int change = random.nextInt(8); change >= 0; change--) {
        data[random.nextInt(data.length)] = (byte) (random.nextBoolean() ? 0xFF : random.nextInt());
      }
      int length = random.nextInt(data.length + 1);
      Picture picture = holding(Arrays.copyOf(data, length), Math.max(1, length));
      Result result = JpegRepair.repair(picture);
      broken += result == Result.BROKEN ? 1 : 0;
      assertThat(picture.data().limit()).isBetween(0, length + 420);
    }
    assertThat(broken).isPositive();
  }

  @Test
  void refusesWhatIsNoJpeg() {
    assertThat(JpegRepair.repair(holding(new byte[4096], 4096))).isEqualTo(Result.BROKEN);
    byte[] raw = new byte[4096];
    Arrays.fill(raw, (byte) 0xFF);
    assertThat(JpegRepair.repair(holding(raw, 4096))).isEqualTo(Result.BROKEN);
    byte[] empty = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xD9};
    assertThat(JpegRepair.repair(holding(empty, 4))).isEqualTo(Result.BROKEN);
  }

  @Test
  void holdsTheTablesOfTheStandard() {
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    expected.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xC4, 0x01, (byte) 0xA2});
    table(expected, 0x00, JPEGHuffmanTable.StdDCLuminance);
    table(expected, 0x01, JPEGHuffmanTable.StdDCChrominance);
    table(expected, 0x10, JPEGHuffmanTable.StdACLuminance);
    table(expected, 0x11, JPEGHuffmanTable.StdACChrominance);
    assertThat(JpegRepair.STANDARD_TABLES).isEqualTo(expected.toByteArray());
  }

  private static void table(ByteArrayOutputStream into, int kind, JPEGHuffmanTable table) {
    into.write(kind);
    short[] lengths = Arrays.copyOf(table.getLengths(), 16);
    for (short length : lengths) {
      into.write(length);
    }
    for (short value : table.getValues()) {
      into.write(value);
    }
  }

  static Picture holding(byte[] data, int capacity) {
    Picture picture = new Picture(capacity);
    picture.clear(capacity).put(data).flip();
    return picture;
  }

  static byte[] bytes(Picture picture) {
    byte[] bytes = new byte[picture.data().limit()];
    picture.data().get(0, bytes);
    return bytes;
  }

  private static int[] pixels(BufferedImage image) {
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  private static byte[] jpeg() {
    BufferedImage image = new BufferedImage(48, 32, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(1);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 48; x++) {
        image.setRGB(x, y, ((x * 5) << 16) | ((y * 8) << 8) | random.nextInt(64));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      // The JDK's encoder writes the standard's tables.
      ImageIO.write(image, "jpeg", out);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toByteArray();
  }

  private static byte[] withoutTables(byte[] jpeg) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    int at = 2;
    while ((jpeg[at + 1] & 0xFF) != 0xDA) {
      int segment = 2 + ((jpeg[at + 2] & 0xFF) << 8) + (jpeg[at + 3] & 0xFF);
      if ((jpeg[at + 1] & 0xFF) != 0xC4) {
        out.write(jpeg, at, segment);
      }
      at += segment;
    }
    out.write(jpeg, at, jpeg.length - at);
    return out.toByteArray();
  }
}
