// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.pattern;

import java.time.Duration;
import java.time.InstantSource;
import org.jetsonrelay.agent.capture.Cadence;
import org.jetsonrelay.agent.capture.JpegEncoder;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.Source;
import org.jetsonrelay.agent.capture.SourceException;
import org.jspecify.annotations.Nullable;

/**
 * The synthetic camera: draws a moving picture at a rate and has it encoded. Frame numbers begin at
 * 0 when opened.
 */
public final class TestSource implements Source {

  /** Makes an encoder for pictures of a size. */
  @FunctionalInterface
  public interface Encoders {
    /**
     * Makes one.
     *
     * @throws SourceException when there is none
     */
    JpegEncoder create(int width, int height) throws SourceException;
  }

  private final String name;
  private final int width;
  private final int height;
  private final double fps;
  private final Encoders encoders;
  private final InstantSource clock;

  /** Set by any thread, read by the capture thread. */
  private volatile int quality;

  private @Nullable TestPicture painter;
  private @Nullable JpegEncoder encoder;
  private Cadence cadence = new Cadence();
  private long number;

  /** Not opened yet. */
  public TestSource(
      String name,
      int width,
      int height,
      double fps,
      int quality,
      Encoders encoders,
      InstantSource clock) {
    this.name = name;
    this.width = width;
    this.height = height;
    this.fps = fps;
    this.quality = quality;
    this.encoders = encoders;
    this.clock = clock;
  }

  @Override
  public void open() throws SourceException {
    if (width < Marker.LEAST_WIDTH || width % 2 != 0 || height < 64 || height % 2 != 0) {
      throw new SourceException(
          "the test picture cannot have the size "
              + width
              + "x"
              + height
              + "; give an even one from "
              + Marker.LEAST_WIDTH
              + "x64 upwards");
    }
    encoder = encoders.create(width, height);
    painter = new TestPicture(name, width, height);
    cadence = new Cadence();
    number = 0;
  }

  @Override
  public Read read(Picture into, Duration timeout) throws SourceException, InterruptedException {
    if (painter == null || encoder == null) {
      throw new IllegalStateException("not open");
    }
    if (!cadence.await(timeout)) {
      return Read.TIMEOUT;
    }
    long now = clock.millis();
    encoder.encode(painter.paint(number, now), quality, into);
    into.capturedAt(now);
    number++;
    cadence.next((long) (1e9 / fps));
    return Read.PICTURE;
  }

  @Override
  public boolean quality(int percent) {
    quality = percent;
    return true;
  }

  @Override
  public String description() {
    return "test picture "
        + width
        + "x"
        + height
        + " at "
        + fps
        + " fps, encoded by "
        + (encoder == null ? "nothing yet" : encoder.description());
  }

  @Override
  public void close() {
    if (encoder != null) {
      encoder.close();
      encoder = null;
    }
    painter = null;
  }
}
