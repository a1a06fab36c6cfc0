// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import org.jetsonrelay.agent.capture.JpegRepair;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.Source;
import org.jetsonrelay.agent.capture.SourceException;
import org.jspecify.annotations.Nullable;

/**
 * A camera through GStreamer. Owns the pipeline from {@link #open} to {@link #close}; the capture
 * thread calls everything, {@link #quality} apart.
 */
public final class GstSource implements Source {

  /** The largest frame taken out of a pipeline; what is larger was never a JPEG of a camera. */
  static final int MOST_BYTES = 16 * 1024 * 1024;

  private static final Logger LOG = System.getLogger(GstSource.class.getName());
  private static final int FIRST_BYTES = 256 * 1024;
  // A thread inside the library does not notice an interrupt, nor an error without a frame after
  // it.
  private static final long SLICE_NANOS = Duration.ofMillis(100).toNanos();
  // Broken frames in a row: a camera's USB hiccup is shorter, a pipeline without JPEGs is longer.
  private static final int MOST_BROKEN = 30;

  private final GstSettings settings;

  // Written by the capture thread; read by the one that changes the quality.
  private volatile @Nullable GstCapture capture;
  // Likewise. Kept over a reopening.
  private volatile int quality;

  private @Nullable EncoderChoice choice;
  private int broken;

  /** Whether a frame has come since the pipeline was opened. */
  private boolean delivered;

  /** Whether the log has been told what is at work; not again at each round of a file. */
  private boolean told;

  /** Not open yet; any number of these can be. */
  public GstSource(GstSettings settings) {
    this.settings = settings;
    this.quality = settings.quality();
  }

  @Override
  public void open() throws SourceException {
    close();
    GstLibrary library = GstLibrary.load();
    Device device = library.device();
    Set<String> offered = library.offered(settings.input());
    EncoderChoice chosen =
        EncoderChoice.choose(settings.input(), settings.encoder(), device, offered);
    if (chosen.encoder() == Encoder.JAVACV) {
      throw new SourceException(
          description() + " would be read by JavaCV " + chosen.reason() + ", not by GStreamer");
    }
    String pipeline =
        PipelineBuilder.build(settings.withQuality(quality), chosen.encoder(), device, offered);
    try {
      capture = library.open(pipeline);
    } catch (SourceException e) {
      throw new SourceException(described(String.valueOf(e.getMessage())), e);
    }
    choice = chosen;
    broken = 0;
    delivered = false;
    LOG.log(
        told ? Level.DEBUG : Level.INFO,
        "{0}: {1}, {2}; GStreamer {3}: {4}",
        description(),
        chosen.encoder().word(),
        chosen.reason(),
        library.gstreamerVersion(),
        withoutSecrets(pipeline));
    told = true;
  }

  @Override
  public Read read(Picture into, Duration timeout) throws SourceException, InterruptedException {
    GstCapture open = capture;
    if (open == null) {
      throw new IllegalStateException("the source is not open");
    }
    long start = System.nanoTime();
    ByteBuffer target = into.clear(FIRST_BYTES);
    while (true) {
      if (Thread.interrupted()) {
        target.limit(0);
        throw new InterruptedException();
      }
      long left = timeout.toNanos() - (System.nanoTime() - start);
      int answer = open.pull(target, Math.max(0, Math.min(left, SLICE_NANOS)));
      if (answer > 0) {
        if (accepted(into, target.limit(answer), open)) {
          return Read.PICTURE;
        }
        target = into.clear(FIRST_BYTES);
      } else if (answer == GstNative.FAILED) {
        target.limit(0);
        throw new SourceException(described(open.lastError()));
      } else if (answer == GstNative.END) {
        target.limit(0);
        if (!(settings.input() instanceof Input.File) || !delivered) {
          return Read.END;
        }
        // A file plays over and over.
        open();
        return Read.TIMEOUT;
      } else if (answer < 0) {
        target = grown(into, -answer);
      } else if (left <= 0) {
        target.limit(0);
        return Read.TIMEOUT;
      }
    }
  }

  private ByteBuffer grown(Picture into, int needBytes) throws SourceException {
    if (needBytes > MOST_BYTES) {
      throw new SourceException(
          described("a frame of " + needBytes + " bytes is more than " + MOST_BYTES));
    }
    return into.clear(needBytes);
  }

  private boolean accepted(Picture picture, ByteBuffer data, GstCapture open)
      throws SourceException {
    if (JpegRepair.repair(picture) != JpegRepair.Result.BROKEN) {
      picture.capturedAt(open.capturedAtMillis());
      broken = 0;
      delivered = true;
      return true;
    }
    broken++;
    if (broken == 1) {
      LOG.log(
          Level.DEBUG, "{0}: a frame of {1} bytes is no whole JPEG", description(), data.limit());
    }
    if (broken == MOST_BROKEN) {
      data.limit(0);
      throw new SourceException(
          described(MOST_BROKEN + " frames in a row were no whole JPEGs; check the pipeline"));
    }
    return false;
  }

  @Override
  public boolean quality(int percent) {
    if (percent < 1 || percent > 100) {
      throw new IllegalArgumentException("a quality of " + percent + " % is impossible");
    }
    GstCapture open = capture;
    if (open == null) {
      return false;
    }
    try {
      open.set(PipelineBuilder.ENCODER_NAME, "quality", percent);
      quality = percent;
      return true;
    } catch (SourceException | IllegalStateException e) {
      // Frames that pass through have no encoder; and the source may have been closed meanwhile.
      LOG.log(Level.DEBUG, "{0}: the quality stays: {1}", description(), e.getMessage());
      return false;
    }
  }

  @Override
  public String description() {
    return settings.input().description();
  }

  /** Which encoder is at work and why; nothing before the source was opened. */
  public @Nullable EncoderChoice choice() {
    return choice;
  }

  @Override
  public void close() {
    GstCapture open = capture;
    capture = null;
    if (open != null) {
      open.close();
    }
  }

  private String described(String message) {
    return description() + ": " + withoutSecrets(message);
  }

  /** GStreamer repeats addresses in its messages, and a camera's password with them. */
  private String withoutSecrets(String text) {
    return settings.input() instanceof Input.Rtsp camera
        ? camera.credentials().map(secret -> text.replace(secret + "@", "")).orElse(text)
        : text;
  }
}
