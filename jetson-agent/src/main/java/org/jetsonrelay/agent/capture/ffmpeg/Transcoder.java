// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.ffmpeg;

import java.nio.DoubleBuffer;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.ffmpeg.swscale.SwsFilter;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.SourceException;
import org.jspecify.annotations.Nullable;

/**
 * Makes JPEGs of one size out of decoded images of any size and format. Owns native memory until
 * closed.
 */
final class Transcoder implements AutoCloseable {

  private final int width;
  private final int height;
  private final FfmpegEncoder encoder;
  private @Nullable SwsContext scaler;

  Transcoder(int width, int height) throws SourceException {
    this.width = width;
    this.height = height;
    encoder = new FfmpegEncoder(width, height);
  }

  void transcode(AVFrame image, int quality, Picture into) throws SourceException {
    scaler =
        swscale.sws_getCachedContext(
            scaler,
            image.width(),
            image.height(),
            image.format(),
            width,
            height,
            avutil.AV_PIX_FMT_YUVJ420P,
            swscale.SWS_BILINEAR,
            (SwsFilter) null,
            (SwsFilter) null,
            (DoubleBuffer) null);
    if (scaler == null) {
      throw new SourceException(
          "FFmpeg cannot convert images of "
              + image.width()
              + "x"
              + image.height()
              + " to "
              + width
              + "x"
              + height);
    }
    AVFrame frame = encoder.writable();
    Errors.check(
        swscale.sws_scale(
            scaler,
            image.data(),
            image.linesize(),
            0,
            image.height(),
            frame.data(),
            frame.linesize()),
        "FFmpeg cannot convert the image");
    encoder.encodeFrame(quality, into);
  }

  @Override
  public void close() {
    encoder.close();
    swscale.sws_freeContext(scaler);
    scaler = null;
  }
}
