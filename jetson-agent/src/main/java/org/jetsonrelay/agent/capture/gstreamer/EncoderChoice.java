// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.util.Locale;
import java.util.Set;
import org.jetsonrelay.agent.capture.SourceException;

/**
 * Which encoder is taken for an input on a device, and why, in words for the log. Pure.
 *
 * @param encoder never {@link Encoder#AUTO}
 * @param reason the rest of a sentence that begins with the encoder's name
 */
public record EncoderChoice(Encoder encoder, String reason) {

  /** The media type by which a camera says that it compresses by itself. */
  static final String JPEG = "image/jpeg";

  /**
   * Decides.
   *
   * @param offered what the camera offers, by media type; empty when that is not known
   * @throws SourceException when the encoder that was asked for cannot be had; the message says
   *     what is missing
   */
  public static EncoderChoice choose(
      Input input, Encoder wanted, Device device, Set<String> offered) throws SourceException {
    if (device.gstreamer().isEmpty()) {
      return withoutGstreamer(input, wanted);
    }
    if (input instanceof Input.Custom) {
      return new EncoderChoice(Encoder.PASSTHROUGH, "since the pipeline was given as it is");
    }
    return switch (wanted) {
      case AUTO -> best(input, device, offered);
      case NVJPEG -> asked(wanted, device.hasJpegEngine(), missingEngine(device));
      case CPU ->
          asked(
              wanted,
              device.has("jpegenc"),
              "there is no jpegenc: apt-get install gstreamer1.0-plugins-good");
      case PASSTHROUGH -> asked(wanted, mayBeJpeg(input, offered), missingJpeg(input));
      case JAVACV -> javaCv(input, "as asked for");
    };
  }

  private static EncoderChoice best(Input input, Device device, Set<String> offered)
      throws SourceException {
    if (input instanceof Input.V4l2 && offered.contains(JPEG)) {
      return new EncoderChoice(
          Encoder.PASSTHROUGH, "since the camera delivers JPEG, which is not encoded again");
    }
    if (input instanceof Input.File file && isJpegFile(file) && device.has("jpegparse")) {
      return new EncoderChoice(Encoder.PASSTHROUGH, "since the file is a sequence of JPEGs");
    }
    if (device.hasJpegEngine()) {
      return new EncoderChoice(Encoder.NVJPEG, "since this device's JPEG engine takes NVMM memory");
    }
    if (device.has("jpegenc")) {
      return new EncoderChoice(
          Encoder.CPU, "by GStreamer's jpegenc, since " + missingEngine(device));
    }
    return javaCv(input, "since GStreamer has no JPEG encoder here");
  }

  private static EncoderChoice withoutGstreamer(Input input, Encoder wanted)
      throws SourceException {
    String missing = "GStreamer or the capture library is missing";
    if (wanted == Encoder.AUTO || wanted == Encoder.JAVACV) {
      return javaCv(input, "since " + missing);
    }
    throw new SourceException(wanted.word() + " cannot be used: " + missing);
  }

  private static EncoderChoice javaCv(Input input, String reason) throws SourceException {
    if (input instanceof Input.Csi || input instanceof Input.Custom) {
      throw new SourceException(
          input.description() + " needs GStreamer and a JPEG encoder in it; JavaCV cannot read it");
    }
    return new EncoderChoice(Encoder.JAVACV, reason);
  }

  private static EncoderChoice asked(Encoder wanted, boolean possible, String missing)
      throws SourceException {
    if (!possible) {
      throw new SourceException(wanted.word() + " cannot be used: " + missing);
    }
    return new EncoderChoice(wanted, "as asked for");
  }

  private static String missingEngine(Device device) {
    if (!device.has("nvjpegenc")) {
      return "there is no nvjpegenc (on a Jetson it comes with nvidia-l4t-gstreamer)";
    }
    return device.nvmmSinks().contains("nvjpegenc")
        ? "there is no nvvidconv to bring pictures to nvjpegenc"
        : "the nvjpegenc here does not take NVMM memory: it is the one for CUDA cards";
  }

  private static boolean mayBeJpeg(Input input, Set<String> offered) {
    if (input instanceof Input.V4l2) {
      return offered.isEmpty() || offered.contains(JPEG);
    }
    return input instanceof Input.Rtsp || input instanceof Input.File;
  }

  private static String missingJpeg(Input input) {
    return input.description() + " does not deliver JPEG";
  }

  private static boolean isJpegFile(Input.File file) {
    String name = file.path().toLowerCase(Locale.ROOT);
    return name.endsWith(".mjpeg") || name.endsWith(".mjpg");
  }
}
