// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Set;
import org.jetsonrelay.agent.capture.JpegEncoder;
import org.jetsonrelay.agent.capture.Source;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.capture.ffmpeg.FfmpegEncoder;
import org.jetsonrelay.agent.capture.ffmpeg.LiveSource;
import org.jetsonrelay.agent.capture.ffmpeg.Natives;
import org.jetsonrelay.agent.capture.ffmpeg.VideoFileSource;
import org.jetsonrelay.agent.capture.folder.FolderSource;
import org.jetsonrelay.agent.capture.gstreamer.Device;
import org.jetsonrelay.agent.capture.gstreamer.Encoder;
import org.jetsonrelay.agent.capture.gstreamer.EncoderChoice;
import org.jetsonrelay.agent.capture.gstreamer.GstLibrary;
import org.jetsonrelay.agent.capture.gstreamer.GstSettings;
import org.jetsonrelay.agent.capture.gstreamer.GstSource;
import org.jetsonrelay.agent.capture.gstreamer.Input;
import org.jetsonrelay.agent.capture.gstreamer.PipelineBuilder;
import org.jetsonrelay.agent.capture.pattern.ImageIoEncoder;
import org.jetsonrelay.agent.capture.pattern.TestSource;
import org.jetsonrelay.agent.settings.CameraSettings;
import org.jetsonrelay.agent.settings.CameraSettings.Size;

/**
 * From the word for a source to the source: the one place that knows them all. No method opens a
 * device but those of the source that is returned.
 */
final class FrameSources {

  private static final Logger LOG = System.getLogger(FrameSources.class.getName());

  /** How many files a folder may have: their names are kept in memory. */
  static final int MOST_FILES = 100_000;

  private static final String FOLDER = "folder:";
  private static final Size TEST_SIZE = new Size(1280, 720);
  private static final double TEST_FPS = 30;

  /** The way to GStreamer; a seam for tests, which bring devices that are not here. */
  @FunctionalInterface
  interface Probe {
    /**
     * What GStreamer offers here.
     *
     * @throws SourceException when there is none; the message says what is missing
     */
    Device device() throws SourceException;
  }

  private final InstantSource clock;
  private final Probe probe;

  FrameSources(InstantSource clock) {
    this(clock, () -> GstLibrary.load().device());
  }

  FrameSources(InstantSource clock, Probe probe) {
    this.clock = clock;
    this.probe = probe;
  }

  /**
   * Makes the source of a camera; it is not opened yet.
   *
   * @throws SourceException when it can never be opened on this machine
   */
  Source create(CameraSettings camera) throws SourceException {
    if (camera.source().startsWith(FOLDER)) {
      String folder = camera.source().substring(FOLDER.length());
      return new FolderSource(path(folder), camera.fps(), MOST_FILES, clock);
    }
    Input input = Input.parse(camera.source());
    return choose(input, camera).encoder() == Encoder.JAVACV
        ? javaCv(input, camera)
        : new GstSource(gstSettings(input, camera));
  }

  /**
   * Decides by what a camera is captured. A camera that has to be asked what it offers is taken for
   * one that delivers JPEG: the source decides again when it has opened it.
   *
   * @throws SourceException when it cannot be captured here
   */
  EncoderChoice choose(Input input, CameraSettings camera) throws SourceException {
    Encoder wanted = camera.encoder();
    boolean automatic = wanted == Encoder.AUTO;
    if (input instanceof Input.Test && automatic) {
      return new EncoderChoice(
          Encoder.JAVACV, "for the picture with a readable marker, as no encoder was asked for");
    }
    Device device = Device.withoutGstreamer();
    String missing = "";
    if (wanted != Encoder.JAVACV) {
      try {
        device = probe.device();
      } catch (SourceException e) {
        missing = String.valueOf(e.getMessage());
      }
    }
    EncoderChoice choice = choice(input, wanted, device, missing);
    if (choice.encoder() == Encoder.JAVACV) {
      return choice;
    }
    try {
      PipelineBuilder.build(gstSettings(input, camera), choice.encoder(), device, Set.of());
    } catch (SourceException e) {
      if (automatic && readableByJavaCv(input)) {
        return new EncoderChoice(Encoder.JAVACV, "since " + e.getMessage());
      }
      throw e;
    }
    if (input instanceof Input.File && automatic && choice.encoder() == Encoder.CPU && ffmpeg()) {
      return new EncoderChoice(
          Encoder.JAVACV,
          "since FFmpeg hands a file's JPEGs on untouched, and there is no JPEG engine here");
    }
    return choice;
  }

  private static EncoderChoice choice(Input input, Encoder wanted, Device device, String missing)
      throws SourceException {
    try {
      EncoderChoice choice = EncoderChoice.choose(input, wanted, device, Set.of());
      return missing.isEmpty() || choice.encoder() != Encoder.JAVACV
          ? choice
          : new EncoderChoice(Encoder.JAVACV, "since " + missing);
    } catch (SourceException e) {
      // What is missing comes with the way to get it.
      throw missing.isEmpty() ? e : new SourceException(e.getMessage() + " (" + missing + ")", e);
    }
  }

  private static boolean readableByJavaCv(Input input) {
    return input instanceof Input.V4l2
        || input instanceof Input.Rtsp
        || input instanceof Input.File;
  }

  private static boolean ffmpeg() {
    try {
      Natives.require();
      return true;
    } catch (SourceException e) {
      LOG.log(Level.DEBUG, "no FFmpeg: {0}", e.getMessage());
      return false;
    }
  }

  private Source javaCv(Input input, CameraSettings camera) throws SourceException {
    int width = camera.size() == null ? 0 : camera.size().width();
    int height = camera.size() == null ? 0 : camera.size().height();
    if (input instanceof Input.Test) {
      Size size = camera.size() == null ? TEST_SIZE : camera.size();
      return new TestSource(
          camera.name().orElse("test"),
          size.width(),
          size.height(),
          camera.fps().orElse(TEST_FPS),
          camera.quality(),
          FrameSources::encoder,
          clock);
    }
    if (input instanceof Input.File file) {
      return new VideoFileSource(
          path(file.path()), camera.fps(), width, height, camera.quality(), clock);
    }
    if (input instanceof Input.Rtsp rtsp) {
      return LiveSource.rtsp(
          rtsp.description(), rtsp.address().toString(), width, height, camera.quality(), clock);
    }
    if (input instanceof Input.V4l2 device) {
      return LiveSource.v4l2(
          device.device(), camera.fps().orElse(0), width, height, camera.quality(), clock);
    }
    throw new SourceException(input.description() + " cannot be read by JavaCV");
  }

  private static GstSettings gstSettings(Input input, CameraSettings camera) {
    GstSettings settings =
        GstSettings.of(input)
            .withEncoder(camera.encoder())
            .withFps(camera.fps().orElse(0))
            .withQuality(camera.quality());
    Size size = camera.size();
    return size == null ? settings : settings.withSize(size.width(), size.height());
  }

  /**
   * Says by what a camera will be captured, and opens what is a file, a folder or a test picture
   * once: one that is missing will not appear by itself, so the user should hear of it at once.
   * Devices are not opened; they may be busy for a moment, or not yet there.
   *
   * @throws SourceException when it cannot be used
   */
  void probe(CameraSettings camera) throws SourceException {
    boolean device = false;
    if (!camera.source().startsWith(FOLDER)) {
      Input input = Input.parse(camera.source());
      EncoderChoice choice = choose(input, camera);
      LOG.log(
          Level.INFO,
          "{0}: {1} through {2}, {3}",
          camera.label(),
          input.description(),
          choice.encoder() == Encoder.JAVACV
              ? "JavaCV"
              : "GStreamer with " + choice.encoder().word(),
          choice.reason());
      device = !(input instanceof Input.File) && !(input instanceof Input.Test);
    }
    try (Source source = create(camera)) {
      if (!device) {
        source.open();
      }
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

  private static Path path(String text) throws SourceException {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new SourceException("'" + text + "' is not the name of a file or folder", e);
    }
  }
}
