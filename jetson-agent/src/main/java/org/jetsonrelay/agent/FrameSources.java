// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jetsonrelay.agent.CameraSettings.Size;
import org.jetsonrelay.agent.capture.JpegEncoder;
import org.jetsonrelay.agent.capture.Source;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.capture.ffmpeg.FfmpegEncoder;
import org.jetsonrelay.agent.capture.ffmpeg.VideoFileSource;
import org.jetsonrelay.agent.capture.folder.FolderSource;
import org.jetsonrelay.agent.capture.pattern.ImageIoEncoder;
import org.jetsonrelay.agent.capture.pattern.TestSource;

/** From the word for a source to the source: the one place that knows them all. */
final class FrameSources {

  private static final Logger LOG = System.getLogger(FrameSources.class.getName());

  /** How many files a folder may have: their names are kept in memory. */
  static final int MOST_FILES = 100_000;

  private static final Size TEST_SIZE = new Size(1280, 720);
  private static final double TEST_FPS = 30;

  private final InstantSource clock;

  FrameSources(InstantSource clock) {
    this.clock = clock;
  }

  /** Returns the word unchanged if there is such a source. */
  static String checked(String word, String origin) throws UsageException {
    boolean known =
        word.equals("test")
            || rest(word, "folder:").length() > 0
            || rest(word, "file:").length() > 0;
    boolean printable = word.chars().noneMatch(c -> c == 0);
    if (!known || !printable) {
      throw Values.wrong(origin, word, "folder:DIR, file:VIDEO or test");
    }
    return word;
  }

  /**
   * Makes the source of a camera; it is not opened yet.
   *
   * @throws SourceException when it can never be opened on this machine
   */
  Source create(CameraSettings camera) throws SourceException {
    String word = camera.source();
    Size size = camera.size();
    if (word.equals("test")) {
      Size test = size == null ? TEST_SIZE : size;
      return new TestSource(
          camera.name().orElse("test"),
          test.width(),
          test.height(),
          camera.fps().orElse(TEST_FPS),
          camera.quality(),
          FrameSources::encoder,
          clock);
    }
    String folder = rest(word, "folder:");
    if (!folder.isEmpty()) {
      return new FolderSource(path(folder), camera.fps(), MOST_FILES, clock);
    }
    return new VideoFileSource(
        path(rest(word, "file:")),
        camera.fps(),
        size == null ? 0 : size.width(),
        size == null ? 0 : size.height(),
        camera.quality(),
        clock);
  }

  /**
   * Opens a camera's source once and closes it again: a folder or file that is missing will not
   * appear by itself, so the user should hear of it at once. Devices are not tried; they may be
   * busy for a moment.
   *
   * @throws SourceException when it cannot be opened
   */
  void probe(CameraSettings camera) throws SourceException {
    try (Source source = create(camera)) {
      source.open();
    }
  }

  private static JpegEncoder encoder(int width, int height) throws SourceException {
    try {
      return new FfmpegEncoder(width, height);
    } catch (SourceException e) {
      LOG.log(Level.WARNING, "encoding by Java, which is slow: {0}", e.getMessage());
      return new ImageIoEncoder(width, height);
    }
  }

  private static String rest(String word, String prefix) {
    return word.startsWith(prefix) ? word.substring(prefix.length()) : "";
  }

  private static Path path(String text) throws SourceException {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new SourceException("'" + text + "' is not the name of a file or folder", e);
    }
  }
}
