// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.ffmpeg;

import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.jetsonrelay.agent.capture.I420;
import org.jetsonrelay.agent.capture.JpegEncoder;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.SourceException;

/**
 * FFmpeg's MJPEG encoder for pictures of one size. Owns native memory until closed. Used by the
 * capture thread.
 */
public final class FfmpegEncoder implements JpegEncoder {

  private final AVCodecContext context;
  private final AVFrame frame;
  private final AVPacket packet;
  private long pts;

  /**
   * Opens the encoder.
   *
   * @throws SourceException when FFmpeg cannot be loaded or refuses the size
   */
  public FfmpegEncoder(int width, int height) throws SourceException {
    Natives.require();
    AVCodec codec = avcodec.avcodec_find_encoder(avcodec.AV_CODEC_ID_MJPEG);
    if (codec == null) {
      throw new SourceException(
          "this FFmpeg has no MJPEG encoder; use the agent's own JavaCV jars");
    }
    context = avcodec.avcodec_alloc_context3(codec);
    frame = avutil.av_frame_alloc();
    packet = avcodec.av_packet_alloc();
    context.width(width);
    context.height(height);
    // Full range, which is what JFIF means.
    context.pix_fmt(avutil.AV_PIX_FMT_YUVJ420P);
    context.color_range(avutil.AVCOL_RANGE_JPEG);
    context.time_base(avutil.av_make_q(1, 1000));
    // Each frame brings its own quality; one thread, since more would delay each frame by one.
    context.flags(context.flags() | avcodec.AV_CODEC_FLAG_QSCALE);
    context.qmin(1);
    context.qmax(31);
    context.thread_count(1);
    frame.width(width);
    frame.height(height);
    frame.format(avutil.AV_PIX_FMT_YUVJ420P);
    frame.color_range(avutil.AVCOL_RANGE_JPEG);
    int opened = avcodec.avcodec_open2(context, codec, (AVDictionary) null);
    int allocated = opened < 0 ? opened : avutil.av_frame_get_buffer(frame, 0);
    if (allocated < 0) {
      close();
      throw new SourceException(
          "FFmpeg's MJPEG encoder refuses " + width + "x" + height + ": " + Errors.text(allocated));
    }
  }

  @Override
  public void encode(I420 image, int quality, Picture into) throws SourceException {
    writable();
    fill(0, image.luma(), image.width());
    fill(1, image.blue(), image.width() / 2);
    fill(2, image.red(), image.width() / 2);
    encodeFrame(quality, into);
  }

  private void fill(int plane, byte[] from, int width) {
    BytePointer to = frame.data(plane);
    int stride = frame.linesize(plane);
    for (int row = 0; row * width < from.length; row++) {
      to.position((long) row * stride).put(from, row * width, width);
    }
  }

  /**
   * The frame to fill, in place of {@link #encode(I420, int, Picture)}; full-range I420 of the
   * encoder's size.
   */
  AVFrame writable() throws SourceException {
    // The encoder may still hold the buffers of the frame before.
    Errors.check(avutil.av_frame_make_writable(frame), "FFmpeg has no memory for a frame");
    return frame;
  }

  /** Encodes what was put into {@link #writable()}. */
  void encodeFrame(int quality, Picture into) throws SourceException {
    frame.quality((int) (scale(quality) * avutil.FF_QP2LAMBDA));
    frame.pts(pts++);
    Errors.check(avcodec.avcodec_send_frame(context, frame), "FFmpeg's MJPEG encoder failed");
    Errors.check(avcodec.avcodec_receive_packet(context, packet), "FFmpeg's MJPEG encoder failed");
    int bytes = packet.size();
    into.clear(bytes).put(packet.data().position(0).capacity(bytes).asByteBuffer()).flip();
    avcodec.av_packet_unref(packet);
  }

  /**
   * From the quality that libjpeg's users know to FFmpeg's quantizer scale: libjpeg multiplies its
   * table (58 on average) by a percentage, FFmpeg its own (27 on average) by scale / 8.
   */
  static double scale(int quality) {
    double percentage = quality < 50 ? 5000.0 / quality : 200.0 - 2 * quality;
    return Math.max(1, Math.min(31, percentage * 58 / 100 / (27 / 8.0)));
  }

  @Override
  public String description() {
    return "FFmpeg's mjpeg";
  }

  @Override
  public void close() {
    avcodec.av_packet_free(packet);
    avutil.av_frame_free(frame);
    avcodec.avcodec_free_context(context);
  }
}
