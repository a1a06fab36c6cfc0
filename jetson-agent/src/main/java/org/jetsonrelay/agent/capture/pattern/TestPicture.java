// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.pattern;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import org.jetsonrelay.agent.capture.I420;

/**
 * Draws the synthetic camera's picture: the camera's name, a running clock and the frame number, a
 * square that bounces and a line that sweeps, colour bars, and the {@link Marker}. All that stands
 * still is drawn once and copied.
 */
final class TestPicture {

  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

  /** White, yellow, cyan, green, magenta, red, blue, black: Y, Cb, Cr of full-range BT.601. */
  private static final int[][] BARS = {
    {235, 128, 128}, {210, 16, 146}, {170, 166, 16}, {145, 54, 34},
    {106, 202, 222}, {81, 90, 240}, {41, 240, 110}, {16, 128, 128}
  };

  private final String name;
  private final I420 still;
  private final I420 image;
  private final int scale;

  TestPicture(String name, int width, int height) {
    this.name = name;
    still = new I420(width, height);
    image = new I420(width, height);
    scale = Math.max(2, height / 120);
    paintBackground();
    paintBars();
  }

  private void paintBackground() {
    int width = still.width();
    int height = still.height();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        still.luma()[y * width + x] = (byte) (40 + 50 * y / height + 25 * x / width);
      }
    }
    for (int y = 0; y < height / 2; y++) {
      for (int x = 0; x < width / 2; x++) {
        int at = y * width / 2 + x;
        still.blue()[at] = (byte) (150 - 40 * x / width);
        still.red()[at] = (byte) (105 + 30 * y / height);
      }
    }
  }

  private void paintBars() {
    int width = still.width();
    int top = still.height() * 7 / 8 / 2 * 2;
    for (int i = 0; i < BARS.length; i++) {
      int left = width * i / BARS.length / 2 * 2;
      int right = width * (i + 1) / BARS.length / 2 * 2;
      block(still, left, top, right - left, still.height() - top, BARS[i]);
    }
  }

  /**
   * Draws the next frame. The picture returned is this object's and is drawn over by the next call.
   */
  I420 paint(long number, long capturedAtMillis) {
    int width = image.width();
    int height = image.height();
    image.copy(still);
    paintMoving(number, width, height);
    int line = Glyphs.height(scale);
    int left = 8 * scale;
    int top = Math.max(3 * Marker.cell(width), height / 5);
    Glyphs.paint(image, name, left, top, scale);
    Glyphs.paint(
        image, CLOCK.format(Instant.ofEpochMilli(capturedAtMillis)), left, top + line, scale);
    Glyphs.paint(image, "#" + number, left, top + 2 * line, scale);
    Marker.paint(image, 0, (int) number);
    Marker.paint(image, 1, (int) capturedAtMillis);
    return image;
  }

  private void paintMoving(long number, int width, int height) {
    int side = height / 6 / 2 * 2;
    int areaTop = 2 * Marker.cell(width);
    int areaHeight = height * 7 / 8 / 2 * 2 - areaTop - side;
    int x = bounce(number * Math.max(2, width / 160), width - side);
    int y = areaTop + bounce(number * Math.max(2, height / 120), areaHeight);
    block(image, x, y, side, side, BARS[1 + (int) (number / 30 % 6)]);
    int sweep = (int) (number * width / 60 % width);
    for (int row = areaTop; row < height; row++) {
      image.luma()[row * width + sweep] = (byte) 255;
    }
  }

  /** There and back again between 0 and {@code most}, even numbers only. */
  private static int bounce(long way, int most) {
    if (most <= 0) {
      return 0;
    }
    long position = way % (2L * most);
    return (int) (position <= most ? position : 2L * most - position) / 2 * 2;
  }

  private static void block(I420 on, int left, int top, int width, int height, int[] colour) {
    for (int y = top; y < top + height; y++) {
      int from = y * on.width() + left;
      Arrays.fill(on.luma(), from, from + width, (byte) colour[0]);
    }
    for (int y = top / 2; y < (top + height) / 2; y++) {
      int from = y * (on.width() / 2) + left / 2;
      Arrays.fill(on.blue(), from, from + width / 2, (byte) colour[1]);
      Arrays.fill(on.red(), from, from + width / 2, (byte) colour[2]);
    }
  }
}
