// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import java.io.EOFException;
import java.io.IOException;

/// Takes the framing off a chunked request body (RFC 9112, section 7.1), piece by piece: a chunk
/// may be of any size without being gathered anywhere.
///
/// Helidon's own reader gathers each chunk in memory as large as its sender says. For the request's
/// thread only.
final class ChunkedBody implements ByteSource {

  /// The longest chunk head, extensions included; what they say is ignored.
  static final int MAX_HEAD_BYTES = 256;

  /// The trailers that are read over, all together.
  static final int MAX_TRAILER_BYTES = 4096;

  private static final int MAX_SIZE_DIGITS = 15;

  private final ByteSource raw;
  private final byte[] one = new byte[1];
  private long left;
  private boolean begun;
  private boolean finished;

  ChunkedBody(ByteSource raw) {
    this.raw = raw;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException, IngestException {
    if (finished) {
      return -1;
    }
    if (left == 0) {
      nextChunk();
      if (finished) {
        return -1;
      }
    }
    int read = raw.read(into, offset, (int) Math.min(length, left));
    if (read < 0) {
      throw new EOFException("the body ends within a chunk");
    }
    left -= read;
    return read;
  }

  private void nextChunk() throws IOException, IngestException {
    if (begun && !line(MAX_HEAD_BYTES).isEmpty()) {
      throw IngestException.malformed("A chunk is longer than it says.");
    }
    begun = true;
    left = size(line(MAX_HEAD_BYTES));
    if (left == 0) {
      int budget = MAX_TRAILER_BYTES;
      String trailer = line(budget);
      while (!trailer.isEmpty()) {
        budget -= trailer.length() + 2;
        trailer = line(Math.max(0, budget));
      }
      finished = true;
    }
  }

  private static long size(String head) throws IngestException {
    int end = 0;
    while (end < head.length() && Character.digit(head.charAt(end), 16) >= 0) {
      end++;
    }
    String rest = head.substring(end).strip();
    if (end == 0 || end > MAX_SIZE_DIGITS || (!rest.isEmpty() && rest.charAt(0) != ';')) {
      throw IngestException.malformed("A chunk does not begin with its size.");
    }
    return Long.parseLong(head, 0, end, 16);
  }

  /// A line without its CRLF. A bare LF is not a line's end here: what two readers understand
  /// differently can smuggle a request.
  private String line(int maxBytes) throws IOException, IngestException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int b = next();
      if (b == '\r') {
        if (next() != '\n') {
          throw IngestException.malformed("A line of the body's framing does not end with CRLF.");
        }
        return line.toString();
      }
      if (b == '\n' || line.length() >= maxBytes) {
        throw IngestException.malformed("A line of the body's framing is malformed or too long.");
      }
      line.append((char) b);
    }
  }

  private int next() throws IOException, IngestException {
    if (raw.read(one, 0, 1) < 0) {
      throw new EOFException("the body ends within its framing");
    }
    return one[0] & 0xff;
  }
}
