// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.ffmpeg;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalDouble;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.FrameGrabber.ImageMode;
import org.jetsonrelay.agent.capture.Cadence;
import org.jetsonrelay.agent.capture.Jpeg;
import org.jetsonrelay.agent.capture.JpegRepair;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.Source;
import org.jetsonrelay.agent.capture.SourceException;
import org.jspecify.annotations.Nullable;

/**
 * Plays a video file over and over, at the distances of its time stamps or at a given rate. The
 * images of an MJPEG file are handed on as they are; any other is decoded and encoded again.
 */
public final class VideoFileSource implements Source {

  /** A longer gap between two time stamps is a pause of the recording, not worth waiting for. */
  private static final long LONGEST_GAP_MICROS = 2_000_000;

  private final Path file;
  private final OptionalDouble fps;
  private final int width;
  private final int height;
  private final InstantSource clock;

  /** Set by any thread, read by the capture thread. */
  private volatile int quality;

  private @Nullable FFmpegFrameGrabber grabber;
  private @Nullable Transcoder transcoder;
  private Cadence cadence = new Cadence();

  /**
   * The frame that waits for its time: a packet or a decoded image, both FFmpeg's until the next is
   * asked for.
   */
  private @Nullable AVPacket packet;

  private @Nullable AVFrame image;
  private long lastMicros = -1;

  /**
   * Not opened yet.
   *
   * @param fps frames per second, or empty for the file's own time stamps
   * @param width of the frames to send; 0 for the file's own size
   * @param height as {@code width}
   */
  public VideoFileSource(
      Path file, OptionalDouble fps, int width, int height, int quality, InstantSource clock) {
    this.file = file;
    this.fps = fps;
    this.width = width;
    this.height = height;
    this.quality = quality;
    this.clock = clock;
  }

  @Override
  public void open() throws SourceException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new SourceException(
          "'" + file + "' is not a file that can be read; give a video file, as in file:drive.mp4");
    }
    Natives.require();
    FFmpegFrameGrabber opening = new FFmpegFrameGrabber(file.toFile());
    grabber = opening;
    try {
      opening.setImageMode(ImageMode.RAW);
      opening.start();
      if (opening.getVideoStream() < 0 || opening.getImageWidth() <= 0) {
        throw new SourceException("'" + file + "' has no video in it");
      }
      boolean jpeg = opening.getVideoCodec() == avcodec.AV_CODEC_ID_MJPEG;
      if (!jpeg || width > 0) {
        transcoder =
            width > 0
                ? new Transcoder(width, height)
                : new Transcoder(opening.getImageWidth(), opening.getImageHeight());
      }
    } catch (IOException e) {
      throw failure("cannot be opened as a video", e);
    }
    cadence = new Cadence();
    lastMicros = -1;
  }

  @Override
  public Read read(Picture into, Duration timeout) throws SourceException, InterruptedException {
    FFmpegFrameGrabber open = grabber;
    if (open == null) {
      throw new IllegalStateException("not open");
    }
    if (packet == null && image == null) {
      grab(open);
    }
    if (!cadence.await(timeout)) {
      return Read.TIMEOUT;
    }
    if (packet != null) {
      int bytes = packet.size();
      into.clear(bytes).put(packet.data().position(0).capacity(bytes).asByteBuffer()).flip();
      packet = null;
      if (JpegRepair.repair(into) == JpegRepair.Result.BROKEN) {
        return Read.TIMEOUT;
      }
    } else if (image != null && transcoder != null) {
      transcoder.transcode(image, quality, into);
      image = null;
    }
    into.capturedAt(clock.millis());
    return Read.PICTURE;
  }

  /** Fetches the next frame and says when it is due; begins anew at the end of the file. */
  private void grab(FFmpegFrameGrabber open) throws SourceException {
    try {
      if (!next(open)) {
        open.restart();
        if (!next(open)) {
          throw new SourceException("'" + file + "' has no frame that can be read");
        }
      }
    } catch (IOException e) {
      throw failure("cannot be read", e);
    }
  }

  private boolean next(FFmpegFrameGrabber open) throws IOException {
    return transcoder == null ? nextPacket(open) : nextImage(open);
  }

  private boolean nextPacket(FFmpegFrameGrabber open) throws IOException {
    for (AVPacket got = open.grabPacket(); got != null; got = open.grabPacket()) {
      if (got.stream_index() == open.getVideoStream() && isJpeg(got)) {
        AVRational base = open.getFormatContext().streams(got.stream_index()).time_base();
        long stamp = got.pts() == avutil.AV_NOPTS_VALUE ? got.dts() : got.pts();
        due(
            open,
            stamp == avutil.AV_NOPTS_VALUE ? -1 : stamp * 1_000_000 * base.num() / base.den());
        packet = got;
        return true;
      }
    }
    return false;
  }

  private static boolean isJpeg(AVPacket got) {
    if (got.size() < 4 || got.size() > Jpeg.MOST_BYTES) {
      return false;
    }
    ByteBuffer data = got.data().position(0).capacity(got.size()).asByteBuffer();
    return Jpeg.begins(data);
  }

  private boolean nextImage(FFmpegFrameGrabber open) throws IOException {
    Frame got = open.grabImage();
    if (got != null && got.opaque instanceof AVFrame frame) {
      due(open, got.timestamp);
      image = frame;
      return true;
    }
    return false;
  }

  /** The frame just fetched is due one gap after the one before. */
  private void due(FFmpegFrameGrabber open, long micros) {
    double rate = open.getVideoFrameRate();
    long usual = rate > 0 && rate < 1000 ? (long) (1e6 / rate) : 40_000;
    long gap = micros - lastMicros;
    if (fps.isPresent()) {
      gap = (long) (1e6 / fps.getAsDouble());
    } else if (micros < 0 || lastMicros < 0 || gap <= 0) {
      gap = usual;
    }
    cadence.next(Math.min(gap, LONGEST_GAP_MICROS) * 1000);
    lastMicros = micros;
  }

  private SourceException failure(String what, IOException cause) {
    return new SourceException("'" + file + "' " + what + ": " + cause.getMessage(), cause);
  }

  @Override
  public boolean quality(int percent) {
    quality = percent;
    return transcoder != null;
  }

  @Override
  public String description() {
    return "'"
        + file
        + "', "
        + (transcoder == null ? "its JPEG images untouched" : "decoded and encoded by FFmpeg");
  }

  @Override
  public void close() {
    packet = null;
    image = null;
    if (transcoder != null) {
      transcoder.close();
      transcoder = null;
    }
    if (grabber != null) {
      try {
        grabber.close();
      } catch (IOException e) {
        System.getLogger(VideoFileSource.class.getName())
            .log(System.Logger.Level.DEBUG, "closing " + file, e);
      }
      grabber = null;
    }
  }
}
