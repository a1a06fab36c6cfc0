// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.pattern;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jetsonrelay.agent.capture.I420;
import org.jetsonrelay.agent.capture.JpegEncoder;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.SourceException;

/**
 * The encoder that every Java has: ten times slower than FFmpeg's, for machines where that one
 * cannot be loaded.
 */
public final class ImageIoEncoder implements JpegEncoder {

  private final ImageWriter writer;
  private final BufferedImage rgb;

  /**
   * For pictures of one size.
   *
   * @throws SourceException when this Java comes without a JPEG encoder
   */
  public ImageIoEncoder(int width, int height) throws SourceException {
    Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpeg");
    if (!writers.hasNext()) {
      throw new SourceException("this Java has no JPEG encoder; install openjdk-17-jre-headless");
    }
    writer = writers.next();
    rgb = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
  }

  @Override
  public void encode(I420 image, int quality, Picture into) throws SourceException {
    toRgb(image);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128 * 1024);
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionQuality(quality / 100f);
      writer.setOutput(out);
      writer.write(null, new IIOImage(rgb, null, null), param);
    } catch (IOException e) {
      throw new SourceException("Java's JPEG encoder failed: " + e.getMessage(), e);
    }
    into.clear(bytes.size()).put(bytes.toByteArray()).flip();
  }

  /** Full-range BT.601 in 16-bit fixed point. */
  private void toRgb(I420 image) {
    int[] pixels = ((DataBufferInt) rgb.getRaster().getDataBuffer()).getData();
    int width = image.width();
    for (int y = 0; y < image.height(); y++) {
      int chroma = y / 2 * (width / 2);
      for (int x = 0; x < width; x++) {
        int luma = (image.luma()[y * width + x] & 0xFF) << 16;
        int cb = (image.blue()[chroma + x / 2] & 0xFF) - 128;
        int cr = (image.red()[chroma + x / 2] & 0xFF) - 128;
        int red = clamped(luma + 91_881 * cr);
        int green = clamped(luma - 22_554 * cb - 46_802 * cr);
        int blue = clamped(luma + 116_130 * cb);
        pixels[y * width + x] = red << 16 | green << 8 | blue;
      }
    }
  }

  private static int clamped(int fixed) {
    return Math.max(0, Math.min(255, (fixed + 32_768) >> 16));
  }

  @Override
  public String description() {
    return "Java's ImageIO";
  }

  @Override
  public void close() {
    writer.dispose();
  }
}
