// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.pattern;

import java.util.Arrays;
import org.jetsonrelay.agent.capture.I420;

/**
 * Numbers in a picture that a program can read from its pixels, through JPEG compression and
 * moderate scaling.
 *
 * <p>Two rows of 36 square cells in the upper left corner. A cell is {@code max(8, width / 64 / 8 *
 * 8)} pixels wide (integer division), so that it covers whole JPEG blocks. Row 0 holds the frame
 * number, row 1 the capture time in milliseconds since 1970, both modulo 2³². In each row: cell 0
 * white, cell 1 black, cells 2 to 33 the number, most significant bit first, white for 1; cell 34
 * white when the number of ones is odd; cell 35 white. Read the pixel at the centre of each cell,
 * {@code ((i + 0.5) · cell, (row + 0.5) · cell)}: white when its luma exceeds 128.
 */
public final class Marker {

  /** Cells in a row. */
  public static final int CELLS = 36;

  /** The narrowest picture that has room for a row. */
  public static final int LEAST_WIDTH = CELLS * 8;

  private static final byte WHITE = (byte) 255;
  private static final byte BLACK = 0;
  private static final byte COLOURLESS = (byte) 128;

  private Marker() {}

  /** The side of a cell in a picture of this width. */
  public static int cell(int width) {
    return Math.max(8, width / 64 / 8 * 8);
  }

  /** Draws one row. */
  static void paint(I420 image, int row, int number) {
    int parity = Integer.bitCount(number) & 1;
    long cells = 0b10L << 34 | (number & 0xFFFF_FFFFL) << 2 | (long) parity << 1 | 1;
    int side = cell(image.width());
    for (int i = 0; i < CELLS; i++) {
      boolean white = (cells >>> (CELLS - 1 - i) & 1) != 0;
      for (int y = row * side; y < (row + 1) * side; y++) {
        int from = y * image.width() + i * side;
        Arrays.fill(image.luma(), from, from + side, white ? WHITE : BLACK);
      }
    }
    for (int y = row * side / 2; y < (row + 1) * side / 2; y++) {
      int from = y * image.width() / 2;
      Arrays.fill(image.blue(), from, from + CELLS * side / 2, COLOURLESS);
      Arrays.fill(image.red(), from, from + CELLS * side / 2, COLOURLESS);
    }
  }
}
