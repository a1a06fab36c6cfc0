// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.settings;

import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.capture.gstreamer.Encoder;
import org.jetsonrelay.agent.capture.gstreamer.Input;
import org.jetsonrelay.agent.discovery.NoRelayException;
import org.jetsonrelay.agent.discovery.WantedRelay;
import org.jetsonrelay.agent.settings.CameraSettings.Size;
import org.jetsonrelay.agent.uplink.RelayTrust;

/**
 * From what users write to values. Each error names where the value came from, the value, and what
 * is right.
 */
final class Values {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern SIZE = Pattern.compile("(\\d{2,4})[xX](\\d{2,4})");
  private static final Pattern DECIMAL = Pattern.compile("\\d{1,4}(\\.\\d{1,6})?");
  private static final Pattern MEMORY = Pattern.compile("(\\d{1,5})([mMgG])");
  private static final long LEAST_MEMORY_BYTES = 64L << 20;
  private static final double MOST_FPS = 240;
  private static final int MOST_PIXELS_PER_SIDE = 8192;
  private static final int MOST_TOKEN_CHARS = 1024;

  private Values() {}

  /** An address, or where the relay that is to be looked for was found. */
  static URI relay(String value, String origin, RelayLocator locator) throws UsageException {
    Optional<WantedRelay> wanted = WantedRelay.parse(value);
    if (wanted.isEmpty()) {
      return relay(value, origin);
    }
    try {
      return locator.locate(wanted.get());
    } catch (NoRelayException e) {
      UsageException wrong =
          new UsageException(origin + " is '" + value + "', but " + e.getMessage());
      wrong.initCause(e);
      throw wrong;
    }
  }

  private static URI relay(String value, String origin) throws UsageException {
    URI uri;
    try {
      uri = new URI(value);
    } catch (URISyntaxException e) {
      throw wrong(origin, value, "an address such as ws://192.168.1.10:8080/ws", e);
    }
    String scheme = uri.getScheme();
    if (scheme == null || !(scheme.equals("ws") || scheme.equals("wss")) || uri.getHost() == null) {
      throw wrong(
          origin,
          value,
          "an address that begins with ws:// or wss://, such as ws://192.168.1.10:8080/ws, or auto");
    }
    if (uri.getRawFragment() != null || uri.getRawUserInfo() != null) {
      throw wrong(
          origin, value, "an address without user name and fragment; a token is given by --token");
    }
    String path = uri.getRawPath();
    if (path != null && !path.isEmpty() && !path.equals("/")) {
      return uri;
    }
    String query = uri.getRawQuery();
    return URI.create(
        scheme + "://" + uri.getRawAuthority() + "/ws" + (query == null ? "" : "?" + query));
  }

  /** Whom to take for the relay; nothing when that was left to the JVM. */
  static Optional<SSLContext> trust(URI relay, Setting ca, Setting pin) throws UsageException {
    if (ca.value().isEmpty() && pin.value().isEmpty()) {
      return Optional.empty();
    }
    String origin = ca.value().isEmpty() ? pin.origin() : ca.origin();
    if (!relay.getScheme().equals("wss")) {
      throw new UsageException(
          origin + " is for relays with an address that begins with wss://: no other one has TLS");
    }
    try {
      return Optional.of(
          RelayTrust.context(
              ca.value().isEmpty() ? Optional.empty() : Optional.of(file(ca.value(), ca.origin())),
              Optional.of(pin.value()).filter(value -> !value.isEmpty())));
    } catch (RelayTrust.UnusableException e) {
      UsageException wrong = new UsageException(origin + ": " + e.getMessage());
      wrong.initCause(e);
      throw wrong;
    }
  }

  static String name(String value, String origin) throws UsageException {
    if (!NAME.matcher(value).matches()) {
      throw wrong(
          origin, value, "1 to 64 letters, digits, dots, dashes or underscores, such as front");
    }
    return value;
  }

  /** The word unchanged if there is such a source; whether it works here is another question. */
  static String source(String value, String origin) throws UsageException {
    boolean printable = value.chars().noneMatch(Character::isISOControl);
    if (printable && value.startsWith("folder:") && value.length() > "folder:".length()) {
      return value;
    }
    if (!printable || !Input.recognizes(value)) {
      throw wrong(
          origin,
          value,
          "test, csi:N, v4l2:/dev/videoN, rtsp://HOST/PATH, file:VIDEO, folder:DIR or pipeline:...");
    }
    try {
      Input.parse(value);
      return value;
    } catch (SourceException e) {
      // Without the value, which may hold a camera's password; the message names what it may.
      UsageException wrong = new UsageException(origin + ": " + e.getMessage());
      wrong.initCause(e);
      throw wrong;
    }
  }

  static Encoder encoder(String value, String origin) throws UsageException {
    Optional<Encoder> encoder = Encoder.named(value);
    if (encoder.isEmpty()) {
      throw wrong(origin, value, "one of " + Encoder.words());
    }
    return encoder.get();
  }

  /** Bytes of memory, such as 300M; nothing for "off". */
  static OptionalLong memory(String value, String origin) throws UsageException {
    if (value.equalsIgnoreCase("off")) {
      return OptionalLong.empty();
    }
    Matcher matcher = MEMORY.matcher(value);
    if (matcher.matches()) {
      boolean gigabytes = matcher.group(2).equalsIgnoreCase("g");
      long bytes = Long.parseLong(matcher.group(1)) << (gigabytes ? 30 : 20);
      if (bytes >= LEAST_MEMORY_BYTES) {
        return OptionalLong.of(bytes);
      }
    }
    throw wrong(origin, value, "megabytes or gigabytes of memory from 64M, such as 300M, or off");
  }

  static Duration hang(String value, String origin) throws UsageException {
    double seconds = DECIMAL.matcher(value).matches() ? Double.parseDouble(value) : 0;
    if (seconds < 1 || seconds > 3600) {
      throw wrong(origin, value, "seconds from 1 to 3600, such as 30");
    }
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  static Path file(String value, String origin) throws UsageException {
    try {
      return Path.of(value);
    } catch (InvalidPathException e) {
      throw wrong(origin, value, "the name of a file", e);
    }
  }

  static String token(String value, String origin) throws UsageException {
    boolean visible = value.chars().allMatch(c -> c > ' ' && c < 127);
    if (!visible || value.length() > MOST_TOKEN_CHARS) {
      // Never with the value: it is a secret.
      throw new UsageException(
          origin
              + " is not a token: at most "
              + MOST_TOKEN_CHARS
              + " visible ASCII characters, no blanks");
    }
    return value;
  }

  static double fps(String value, String origin) throws UsageException {
    double fps = DECIMAL.matcher(value).matches() ? Double.parseDouble(value) : 0;
    if (fps < 0.1 || fps > MOST_FPS) {
      throw wrong(origin, value, "frames per second from 0.1 to 240, such as 30");
    }
    return fps;
  }

  static Size size(String value, String origin) throws UsageException {
    Matcher matcher = SIZE.matcher(value);
    if (matcher.matches()) {
      int width = Integer.parseInt(matcher.group(1));
      int height = Integer.parseInt(matcher.group(2));
      boolean even = width % 2 == 0 && height % 2 == 0;
      if (even
          && Math.min(width, height) >= 16
          && Math.max(width, height) <= MOST_PIXELS_PER_SIDE) {
        return new Size(width, height);
      }
    }
    throw wrong(origin, value, "an even width and height from 16 to 8192, such as 1280x720");
  }

  static int quality(String value, String origin) throws UsageException {
    int quality = value.matches("\\d{1,3}") ? Integer.parseInt(value) : 0;
    if (quality < 1 || quality > 100) {
      throw wrong(origin, value, "a JPEG quality from 1 to 100, such as 80");
    }
    return quality;
  }

  static Duration pingPeriod(String value, String origin) throws UsageException {
    double seconds = DECIMAL.matcher(value).matches() ? Double.parseDouble(value) : 0;
    if (seconds < 0.1 || seconds > 3600) {
      throw wrong(origin, value, "seconds from 0.1 to 3600, such as 10");
    }
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  static boolean yes(String value, String origin) throws UsageException {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on", "1" -> true;
      case "false", "no", "off", "0" -> false;
      default -> throw wrong(origin, value, "true or false");
    };
  }

  static Level logLevel(String value, String origin) throws UsageException {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "error" -> Level.ERROR;
      case "warn" -> Level.WARNING;
      case "info" -> Level.INFO;
      case "debug" -> Level.DEBUG;
      case "trace" -> Level.TRACE;
      default -> throw wrong(origin, value, "one of error, warn, info, debug, trace");
    };
  }

  static UsageException wrong(String origin, String value, String right) {
    return new UsageException(origin + " is '" + value + "', but it must be " + right);
  }

  private static UsageException wrong(String origin, String value, String right, Exception cause) {
    UsageException e = wrong(origin, value, right);
    e.initCause(cause);
    return e;
  }
}
