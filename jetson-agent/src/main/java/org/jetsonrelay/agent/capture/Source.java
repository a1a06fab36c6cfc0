// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

import java.time.Duration;

/**
 * Where the agent's frames come from. Opened, read and closed by the capture thread only, except
 * that {@link #quality(int)} may be called from any thread while the source is open.
 */
public interface Source extends AutoCloseable {

  /** What became of a read. */
  enum Read {
    /** The picture holds a new frame. */
    PICTURE,
    /** No frame came in time; the source is still good. */
    TIMEOUT,
    /** The source has ended; there will be no more frames. */
    END
  }

  /**
   * Opens the device, file or pipeline.
   *
   * @throws SourceException when that is impossible; the message names what was asked for and the
   *     way out
   */
  void open() throws SourceException;

  /**
   * Waits for the next frame and puts it into {@code into}, growing its buffer when needed.
   *
   * @param timeout how long to wait at most
   * @throws SourceException when the source has failed and must be closed
   * @throws InterruptedException when the thread was interrupted while it waited
   */
  Read read(Picture into, Duration timeout) throws SourceException, InterruptedException;

  /**
   * Changes the JPEG quality of the frames to come.
   *
   * @param percent 1 to 100
   * @return whether this source can do that
   */
  default boolean quality(int percent) {
    return false;
  }

  /** What is being captured and how, in a few words for the log. */
  String description();

  /** Frees device, pipeline and memory. Does nothing when the source is not open. */
  @Override
  void close();
}
