// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.jetsonrelay.agent.capture.SourceException;

/** Where a pipeline's pictures come from: what {@code --source} says, checked. */
public sealed interface Input {

  /** A camera on the Jetson's CSI connector, by sensor number. */
  record Csi(int sensor) implements Input {
    @Override
    public String description() {
      return "csi:" + sensor;
    }
  }

  /** A USB camera or anything else that is a {@code /dev/video*}. */
  record V4l2(String device) implements Input {
    @Override
    public String description() {
      return "v4l2:" + device;
    }
  }

  /**
   * A network camera. The address may hold a password: only {@link #description()} is for people.
   */
  record Rtsp(URI address) implements Input {
    @Override
    public String description() {
      return address.getScheme() + "://" + hostAndPort() + address.getRawPath();
    }

    /** The user and password in the address, as they are written there. */
    Optional<String> credentials() {
      return Optional.ofNullable(address.getRawUserInfo());
    }

    private String hostAndPort() {
      return address.getHost() + (address.getPort() < 0 ? "" : ":" + address.getPort());
    }
  }

  /** A video file, played once at its own speed. */
  record File(String path) implements Input {
    @Override
    public String description() {
      return "file:" + path;
    }
  }

  /** A moving test picture, made by GStreamer. */
  record Test() implements Input {
    @Override
    public String description() {
      return "test";
    }
  }

  /**
   * A pipeline in GStreamer's own notation, up to but without the sink. It is the operator's and
   * trusted as such: it can name any element.
   */
  record Custom(String pipeline) implements Input {
    @Override
    public String description() {
      return "pipeline:" + pipeline;
    }
  }

  /** The most CSI sensors on a board; the Xavier's and Orin's deserializers carry up to 16. */
  int MOST_SENSORS = 16;

  /** The longest value taken, in characters. */
  int MOST_CHARACTERS = 4096;

  /** What is being captured, without secrets, as the log names it. */
  String description();

  /** Whether a source of this kind is meant; only then can {@link #parse} succeed. */
  static boolean recognizes(String text) {
    return text.equals("test")
        || text.startsWith("csi:")
        || text.startsWith("v4l2:")
        || text.startsWith("rtsp:")
        || text.startsWith("rtsps:")
        || text.startsWith("file:")
        || text.startsWith("pipeline:");
  }

  /**
   * Reads a source's name.
   *
   * @throws SourceException when it is none of ours or malformed; the message shows the right form
   */
  static Input parse(String text) throws SourceException {
    if (text.length() > MOST_CHARACTERS) {
      throw new SourceException(
          "a source of more than " + MOST_CHARACTERS + " characters is refused");
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new SourceException("a source must not contain control characters");
    }
    if (text.equals("test")) {
      return new Test();
    }
    int colon = text.indexOf(':');
    String rest = text.substring(colon + 1);
    return switch (colon < 0 ? "" : text.substring(0, colon)) {
      case "csi" -> csi(rest);
      case "v4l2" -> v4l2(rest);
      case "rtsp", "rtsps" -> rtsp(text);
      case "file" -> new File(notEmpty(rest, "file:/path/to/video"));
      case "pipeline" ->
          new Custom(notEmpty(unquoted(rest), "pipeline:\"videotestsrc ! jpegenc\""));
      default ->
          throw new SourceException(
              "'"
                  + text
                  + "' is not a source; write csi:0, v4l2:/dev/video0, rtsp://host/path, file:/path,"
                  + " test or pipeline:\"...\"");
    };
  }

  private static Csi csi(String rest) throws SourceException {
    if (!rest.matches("[0-9]{1,2}") || Integer.parseInt(rest) >= MOST_SENSORS) {
      throw new SourceException(
          "'csi:" + rest + "' names no sensor; write csi:0 to csi:" + (MOST_SENSORS - 1));
    }
    return new Csi(Integer.parseInt(rest));
  }

  private static V4l2 v4l2(String rest) throws SourceException {
    // Also udev's stable names: /dev/v4l/by-id/usb-046d_HD_Pro_Webcam_C920-video-index0
    if (!rest.matches("/dev/[A-Za-z0-9_.:@+/-]{1,200}") || rest.contains("..")) {
      throw new SourceException(
          "'v4l2:" + rest + "' names no device; write v4l2:/dev/video0 or v4l2:/dev/v4l/by-id/...");
    }
    return new V4l2(rest);
  }

  private static Rtsp rtsp(String text) throws SourceException {
    URI address;
    try {
      address = new URI(text);
    } catch (URISyntaxException e) {
      // The exception's own message repeats the address, and with it the password.
      throw new SourceException("the rtsp address is malformed: " + e.getReason(), e);
    }
    if (address.getHost() == null || address.getRawFragment() != null) {
      throw new SourceException("the rtsp address names no host; write rtsp://host:554/path");
    }
    return new Rtsp(URI.create(address.toASCIIString()));
  }

  private static String notEmpty(String rest, String form) throws SourceException {
    if (rest.isBlank()) {
      throw new SourceException("the source names nothing; write " + form);
    }
    return rest;
  }

  // A shell leaves the quotes in place when the whole of it was quoted too.
  private static String unquoted(String text) {
    boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
    return quoted && text.indexOf('"', 1) == text.length() - 1
        ? text.substring(1, text.length() - 1)
        : text;
  }
}
