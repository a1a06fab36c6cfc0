// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.http.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads a `multipart/x-mixed-replace` body of JPEGs (RFC 2046, section 5.1), from a sender that
/// may be hostile: every line, count and size has a limit, and a length it states is believed only
/// as far as bytes arrive.
///
/// For one thread. Memory: one window of [#WINDOW_BYTES], and the frame buffer's.
final class MultipartReader {

  /// The longest boundary (RFC 2046, section 5.1.1).
  static final int MAX_BOUNDARY_CHARS = 70;

  /// One line, be it of a part's header or in front of the first part.
  static final int MAX_LINE_BYTES = 1024;

  /// Lines of one part's header.
  static final int MAX_HEADER_LINES = 32;

  /// Bytes in front of the first boundary.
  static final int MAX_PREAMBLE_BYTES = 4096;

  static final int WINDOW_BYTES = 32 << 10;

  /// Blank lines allowed between a part that stated its length and the next boundary.
  private static final int MAX_BLANK_LINES = 2;

  private static final Pattern BOUNDARY =
      Pattern.compile(
          ";\\s*boundary\\s*=\\s*(?:\"([^\"]*)\"|([^\\s;\"]+))", Pattern.CASE_INSENSITIVE);
  private static final Pattern ALLOWED =
      Pattern.compile("[0-9A-Za-z'()+_,./:=? -]*[0-9A-Za-z'()+_,./:=?-]");
  private static final int MAX_LENGTH_DIGITS = 10;

  private final ByteSource source;
  private final String boundaryLine;
  private final byte[] delimiter;
  private final byte[] window = new byte[WINDOW_BYTES];
  private int position;
  private int end;
  private boolean begun;
  private boolean finished;
  private long timestampMillis;

  MultipartReader(ByteSource source, String boundary) {
    this.source = source;
    boundaryLine = "--" + boundary;
    delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
  }

  /// The boundary of a content type, if it has a usable one.
  static Optional<String> boundary(String contentType) {
    Matcher matcher = BOUNDARY.matcher(contentType);
    if (!matcher.find()) {
      return Optional.empty();
    }
    String boundary = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    return Optional.ofNullable(boundary)
        .filter(b -> b.length() <= MAX_BOUNDARY_CHARS && ALLOWED.matcher(b).matches());
  }

  /// Reads the next part that is not empty into the buffer.
  ///
  /// @return false at the end of the body; what the buffer then holds is not a whole image
  boolean next(FrameBuffer into) throws IOException, IngestException {
    if (!begun) {
      begun = true;
      finished = !skipPreamble();
    }
    while (!finished) {
      into.close();
      long length = readHeader(into.maxBytes());
      if (finished) {
        return false;
      }
      boolean whole = length >= 0 ? readCounted(length, into) : readDelimited(into);
      if (!whole) {
        finished = true;
        return false;
      }
      if (into.length() > 0) {
        return true;
      }
    }
    return false;
  }

  /// When the part read last was captured, by its own header; 0 when it did not say.
  long timestampMillis() {
    return timestampMillis;
  }

  private boolean skipPreamble() throws IOException, IngestException {
    int budget = MAX_PREAMBLE_BYTES;
    while (budget >= 0) {
      String line = readLine();
      if (line == null) {
        return false;
      }
      if (isBoundary(line)) {
        return !finished;
      }
      budget -= line.length() + 2;
    }
    throw IngestException.malformed(
        "The body does not begin with the boundary of its content type.");
  }

  /// Whether this is a boundary; notes when it is the last one.
  private boolean isBoundary(String line) {
    if (!line.startsWith(boundaryLine)) {
      return false;
    }
    String rest = line.substring(boundaryLine.length());
    if (rest.stripTrailing().equals("--")) {
      finished = true;
      return true;
    }
    return rest.isBlank();
  }

  /// @return what the header says the part's length is, -1 when it does not
  private long readHeader(int maxBytes) throws IOException, IngestException {
    long length = -1;
    timestampMillis = 0;
    for (int lines = 0; lines <= MAX_HEADER_LINES; lines++) {
      String line = readLine();
      if (line == null) {
        finished = true; // the sender has left between two images
        return -1;
      }
      if (line.isEmpty()) {
        return length;
      }
      int colon = line.indexOf(':');
      if (colon <= 0) {
        throw IngestException.malformed("A line of a part's header is not 'name: value'.");
      }
      String value = line.substring(colon + 1).strip();
      switch (line.substring(0, colon).strip().toLowerCase(Locale.ROOT)) {
        case "content-length" -> {
          long stated = length(value);
          if (length >= 0 && length != stated) {
            throw IngestException.malformed("A part states two different lengths.");
          }
          if (stated > maxBytes) {
            throw IngestException.tooLarge(maxBytes);
          }
          length = stated;
        }
        case "content-type" -> requireJpeg(value);
        case "x-timestamp" -> timestampMillis = Stamps.millis(value);
        default -> {
          // Of no concern to us.
        }
      }
    }
    throw IngestException.malformed("A part's header has too many lines.");
  }

  private static long length(String value) throws IngestException {
    if (value.isEmpty()
        || value.length() > MAX_LENGTH_DIGITS
        || value.chars().anyMatch(c -> c < '0' || c > '9')) {
      throw IngestException.malformed("A part's Content-Length is not a number.");
    }
    return Long.parseLong(value);
  }

  static void requireJpeg(String contentType) throws IngestException {
    if (!isJpeg(contentType)) {
      throw new IngestException(
          Status.UNSUPPORTED_MEDIA_TYPE_415, "Only images of type image/jpeg are taken.");
    }
  }

  static boolean isJpeg(String contentType) {
    String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return type.equals("image/jpeg") || type.equals("image/jpg");
  }

  private boolean readCounted(long length, FrameBuffer into) throws IOException, IngestException {
    long left = length;
    while (left > 0) {
      if (position == end && !fill()) {
        return false;
      }
      int count = (int) Math.min(left, end - position);
      into.append(window, position, count);
      position += count;
      left -= count;
    }
    for (int blanks = 0; blanks <= MAX_BLANK_LINES; blanks++) {
      String line = readLine();
      if (line == null) {
        finished = true; // the image is whole all the same
        return true;
      }
      if (isBoundary(line)) {
        return true;
      }
      if (!line.isEmpty()) {
        break;
      }
    }
    throw IngestException.malformed("There is no boundary where a part's Content-Length ends.");
  }

  private boolean readDelimited(FrameBuffer into) throws IOException, IngestException {
    while (true) {
      int found = find();
      if (found >= 0) {
        into.append(window, position, found - position);
        position = found + delimiter.length;
        String rest = readLine();
        if (rest != null && !isBoundary(boundaryLine + rest)) {
          throw IngestException.malformed("An image contains the boundary.");
        }
        finished |= rest == null;
        return true;
      }
      // The end of the window may be the beginning of a delimiter.
      int settled = Math.max(0, end - position - (delimiter.length - 1));
      if (settled > 0) {
        into.append(window, position, settled);
        position += settled;
      }
      if (!fill()) {
        return false;
      }
    }
  }

  private int find() {
    for (int i = position; i <= end - delimiter.length; i++) {
      if (window[i] == delimiter[0] && matches(i)) {
        return i;
      }
    }
    return -1;
  }

  private boolean matches(int at) {
    for (int i = 1; i < delimiter.length; i++) {
      if (window[at + i] != delimiter[i]) {
        return false;
      }
    }
    return true;
  }

  /// A line without its end, be it CRLF or LF; null when the body ends before it does.
  private @Nullable String readLine() throws IOException, IngestException {
    int scanned = 0;
    while (true) {
      for (int i = position + scanned; i < end; i++) {
        if (window[i] == '\n') {
          int stop = i > position && window[i - 1] == '\r' ? i - 1 : i;
          String line = new String(window, position, stop - position, StandardCharsets.ISO_8859_1);
          position = i + 1;
          return line;
        }
        if (i - position >= MAX_LINE_BYTES) {
          throw IngestException.malformed("A line between two images is too long.");
        }
      }
      scanned = end - position;
      if (!fill()) {
        return null;
      }
    }
  }

  /// Reads more behind what is left. What is left is always less than a line or a delimiter, so
  /// there is room.
  private boolean fill() throws IOException, IngestException {
    if (position > 0) {
      System.arraycopy(window, position, window, 0, end - position);
      end -= position;
      position = 0;
    }
    int read = source.read(window, end, window.length - end);
    if (read < 0) {
      return false;
    }
    end += read;
    return true;
  }
}
