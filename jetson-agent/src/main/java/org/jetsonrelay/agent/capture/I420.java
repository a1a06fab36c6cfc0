// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

/**
 * An uncompressed picture: full-range YCbCr (BT.601, as JFIF wants it), the chroma planes at half
 * the size.
 */
public final class I420 {

  private final int width;
  private final int height;
  private final byte[] luma;
  private final byte[] blue;
  private final byte[] red;

  /**
   * All black but for the chroma, which is the caller's to fill.
   *
   * @param width even
   * @param height even
   */
  public I420(int width, int height) {
    if (width < 2 || height < 2 || width % 2 != 0 || height % 2 != 0) {
      throw new IllegalArgumentException(width + "x" + height + " is not an even size");
    }
    this.width = width;
    this.height = height;
    luma = new byte[width * height];
    blue = new byte[width * height / 4];
    red = new byte[width * height / 4];
  }

  /** Columns of {@link #luma()}. */
  public int width() {
    return width;
  }

  /** Rows of {@link #luma()}. */
  public int height() {
    return height;
  }

  /** Y, row by row without gaps. */
  public byte[] luma() {
    return luma;
  }

  /** Cb, half as many columns and rows. */
  public byte[] blue() {
    return blue;
  }

  /** Cr, half as many columns and rows. */
  public byte[] red() {
    return red;
  }

  /** Makes this a copy of another picture of the same size. */
  public void copy(I420 other) {
    System.arraycopy(other.luma, 0, luma, 0, luma.length);
    System.arraycopy(other.blue, 0, blue, 0, blue.length);
    System.arraycopy(other.red, 0, red, 0, red.length);
  }
}
