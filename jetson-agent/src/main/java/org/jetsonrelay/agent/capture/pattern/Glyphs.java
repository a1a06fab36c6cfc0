// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.pattern;

import java.util.Arrays;
import java.util.Locale;
import org.jetsonrelay.agent.capture.I420;

/**
 * Text in a picture, in a 5×7 dot font of its own: robots have headless Java without fonts. Capital
 * letters, digits and what a camera's name may contain; anything else is a blank.
 */
final class Glyphs {

  private static final int COLUMNS = 5;
  private static final int ROWS = 7;

  private static final String CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.:-_#/";

  /** Seven rows of five dots each, two hex digits a row, in the order of {@link #CHARACTERS}. */
  private static final String DOTS =
      "0E11131519110E"
          + "040C040404040E"
          + "0E11010204081F"
          + "1F02040201110E"
          + "02060A121F0202"
          + "1F101E0101110E"
          + "0608101E11110E"
          + "1F010204080808"
          + "0E11110E11110E"
          + "0E11110F01020C"
          + "0E11111F111111"
          + "1E11111E11111E"
          + "0E11101010110E"
          + "1C12111111121C"
          + "1F10101E10101F"
          + "1F10101E101010"
          + "0E11101711110F"
          + "1111111F111111"
          + "0E04040404040E"
          + "0702020202120C"
          + "11121418141211"
          + "1010101010101F"
          + "111B1515111111"
          + "11111915131111"
          + "0E11111111110E"
          + "1E11111E101010"
          + "0E11111115120D"
          + "1E11111E141211"
          + "0F10100E01011E"
          + "1F040404040404"
          + "1111111111110E"
          + "11111111110A04"
          + "1111111515150A"
          + "11110A040A1111"
          + "1111110A040404"
          + "1F01020408101F"
          + "0000000000"
          + "0C0C"
          + "000C0C000C0C00"
          + "0000001F000000"
          + "0000000000001F"
          + "0A0A1F0A1F0A0A"
          + "00010204081000";

  private Glyphs() {}

  /** How many pixels wide a text is at a scale. */
  static int width(String text, int scale) {
    return text.length() * (COLUMNS + 1) * scale;
  }

  /** How many pixels high a line is at a scale. */
  static int height(int scale) {
    return (ROWS + 2) * scale;
  }

  /** Draws white text; what does not fit into the picture is left out. */
  static void paint(I420 image, String text, int left, int top, int scale) {
    String capitals = text.toUpperCase(Locale.ROOT);
    for (int i = 0; i < capitals.length(); i++) {
      int glyph = CHARACTERS.indexOf(capitals.charAt(i));
      int x = left + i * (COLUMNS + 1) * scale;
      if (glyph >= 0 && x + COLUMNS * scale <= image.width()) {
        paint(image, glyph, x, top, scale);
      }
    }
  }

  private static void paint(I420 image, int glyph, int left, int top, int scale) {
    for (int row = 0; row < ROWS; row++) {
      int at = (glyph * ROWS + row) * 2;
      int dots =
          Character.digit(DOTS.charAt(at), 16) << 4 | Character.digit(DOTS.charAt(at + 1), 16);
      for (int column = 0; column < COLUMNS; column++) {
        if ((dots >> (COLUMNS - 1 - column) & 1) != 0) {
          fill(image, left + column * scale, top + row * scale, scale);
        }
      }
    }
  }

  private static void fill(I420 image, int left, int top, int scale) {
    for (int y = top; y < Math.min(top + scale, image.height()); y++) {
      int from = y * image.width() + left;
      Arrays.fill(image.luma(), from, from + scale, (byte) 235);
    }
  }
}
