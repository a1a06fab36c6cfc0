// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.ffmpeg;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.FrameGrabber.ImageMode;
import org.jetsonrelay.agent.capture.Jpeg;
import org.jetsonrelay.agent.capture.JpegRepair;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.Source;
import org.jetsonrelay.agent.capture.SourceException;
import org.jspecify.annotations.Nullable;

/**
 * A camera through FFmpeg, for machines without GStreamer. A camera's own JPEGs are handed on as
 * they are, repaired where USB cameras leave things out; anything else is decoded and encoded. A
 * read waits for the camera however long that takes: FFmpeg itself gives up after {@link #SILENCE}.
 */
public final class LiveSource implements Source {

  private static final Logger LOG = System.getLogger(LiveSource.class.getName());

  /** FFmpeg's option for what a camera of Linux is to deliver. */
  private static final String PIXELS = "input_format";

  /** After so long without a byte of a network camera, FFmpeg reports an error. */
  static final Duration SILENCE = Duration.ofSeconds(5);

  private final String name;
  private final String address;
  private final String format;
  private final Map<String, String> options;
  private final int width;
  private final int height;
  private final InstantSource clock;

  /** Set by any thread, read by the capture thread. */
  private volatile int quality;

  /** Whether frames are encoded here; written by the capture thread, read by any. */
  private volatile boolean encoding;

  private @Nullable FFmpegFrameGrabber grabber;
  private @Nullable Transcoder transcoder;

  /**
   * Not opened yet.
   *
   * @param name for people, without secrets
   * @param address for FFmpeg
   * @param format FFmpeg's name for it; empty for what the address says
   * @param width of the frames to send; 0 for the camera's own size
   */
  LiveSource(
      String name,
      String address,
      String format,
      Map<String, String> options,
      int width,
      int height,
      int quality,
      InstantSource clock) {
    this.name = name;
    this.address = address;
    this.format = format;
    this.options = Map.copyOf(options);
    this.width = width;
    this.height = height;
    this.quality = quality;
    this.clock = clock;
  }

  /** A network camera; {@code name} is its address without user and password. */
  public static LiveSource rtsp(
      String name, String address, int width, int height, int quality, InstantSource clock) {
    return new LiveSource(
        name,
        address,
        "rtsp",
        Map.of("rtsp_transport", "tcp", "timeout", String.valueOf(SILENCE.toNanos() / 1000)),
        width,
        height,
        quality,
        clock);
  }

  /**
   * A camera of Linux.
   *
   * @param fps to ask the camera for; 0 for its own
   */
  public static LiveSource v4l2(
      String device, double fps, int width, int height, int quality, InstantSource clock) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put(PIXELS, "mjpeg");
    if (fps > 0) {
      options.put("framerate", String.valueOf(fps));
    }
    if (width > 0) {
      options.put("video_size", width + "x" + height);
    }
    return new LiveSource(
        "v4l2:" + device, device, "video4linux2", options, width, height, quality, clock);
  }

  @Override
  public void open() throws SourceException {
    Natives.require();
    try {
      start(options);
    } catch (IOException e) {
      if (!options.containsKey(PIXELS)) {
        throw failure("cannot be opened", e);
      }
      LOG.log(Level.DEBUG, "{0} offers no JPEG: {1}", name, e.getMessage());
      close();
      Map<String, String> others = new LinkedHashMap<>(options);
      others.remove(PIXELS);
      try {
        start(others);
      } catch (IOException last) {
        throw failure("cannot be opened", last);
      }
    }
  }

  private void start(Map<String, String> with) throws IOException, SourceException {
    FFmpegFrameGrabber opening = new FFmpegFrameGrabber(address);
    grabber = opening;
    if (!format.isEmpty()) {
      opening.setFormat(format);
    }
    opening.setOptions(new LinkedHashMap<>(with));
    opening.setImageMode(ImageMode.RAW);
    opening.start();
    if (opening.getVideoStream() < 0 || opening.getImageWidth() <= 0) {
      throw new SourceException(name + " delivers no video");
    }
    boolean jpeg = opening.getVideoCodec() == avcodec.AV_CODEC_ID_MJPEG;
    boolean sized =
        width == 0 || (opening.getImageWidth() == width && opening.getImageHeight() == height);
    if (!jpeg || !sized) {
      transcoder =
          width > 0
              ? new Transcoder(width, height)
              : new Transcoder(opening.getImageWidth(), opening.getImageHeight());
    }
    encoding = transcoder != null;
  }

  @Override
  public Read read(Picture into, Duration timeout) throws SourceException, InterruptedException {
    FFmpegFrameGrabber open = grabber;
    if (open == null) {
      throw new IllegalStateException("not open");
    }
    try {
      return transcoder == null ? readPacket(open, into) : readImage(open, transcoder, into);
    } catch (IOException e) {
      throw failure("has failed", e);
    }
  }

  private Read readPacket(FFmpegFrameGrabber open, Picture into) throws IOException {
    AVPacket packet = open.grabPacket();
    if (packet == null) {
      return Read.END;
    }
    int bytes = packet.size();
    if (packet.stream_index() != open.getVideoStream() || bytes < 4 || bytes > Jpeg.MOST_BYTES) {
      return Read.TIMEOUT;
    }
    long now = clock.millis();
    ByteBuffer data = packet.data().position(0).capacity(bytes).asByteBuffer();
    into.clear(bytes).put(data).flip();
    if (JpegRepair.repair(into) == JpegRepair.Result.BROKEN) {
      return Read.TIMEOUT;
    }
    into.capturedAt(now);
    return Read.PICTURE;
  }

  private Read readImage(FFmpegFrameGrabber open, Transcoder encoder, Picture into)
      throws IOException, SourceException {
    Frame frame = open.grabImage();
    if (frame == null || !(frame.opaque instanceof AVFrame image)) {
      return Read.END;
    }
    long now = clock.millis();
    encoder.transcode(image, quality, into);
    into.capturedAt(now);
    return Read.PICTURE;
  }

  /** FFmpeg's words repeat the address, and a password with it. */
  private SourceException failure(String what, IOException cause) {
    String words = String.valueOf(cause.getMessage()).replace(address, name);
    return new SourceException(name + " " + what + " by FFmpeg: " + words);
  }

  @Override
  public boolean quality(int percent) {
    quality = percent;
    return encoding;
  }

  @Override
  public String description() {
    return name
        + (encoding ? ", decoded and encoded by FFmpeg" : ", its JPEGs untouched, through FFmpeg");
  }

  @Override
  public void close() {
    encoding = false;
    if (transcoder != null) {
      transcoder.close();
      transcoder = null;
    }
    if (grabber != null) {
      try {
        grabber.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "closing " + name, e);
      }
      grabber = null;
    }
  }
}
