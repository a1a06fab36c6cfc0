// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;

/// A request's body, read below Helidon: piece by piece as it arrives.
final class RequestBody {

  private static final int LAST_BYTES = 256 << 10;

  private RequestBody() {}

  /// The body alone, its framing taken off.
  static ByteSource framed(ByteSource raw, ServerRequest request) throws IngestException {
    if (request.headers().contains(HeaderValues.TRANSFER_ENCODING_CHUNKED)) {
      return new ChunkedBody(raw);
    }
    long length = request.headers().contentLength().orElse(-1);
    if (length < 0) {
      throw new IngestException(
          Status.LENGTH_REQUIRED_411, "A body needs Transfer-Encoding: chunked or its length.");
    }
    long[] left = {length};
    return (into, offset, count) -> {
      if (left[0] == 0) {
        return -1;
      }
      int read = raw.read(into, offset, (int) Math.min(count, left[0]));
      if (read < 0) {
        throw new EOFException("the body ends before its length");
      }
      left[0] -= read;
      return read;
    };
  }

  /// What arrives on the connection.
  static ByteSource raw(DataReader reader) {
    return (into, offset, length) -> {
      try {
        reader.ensureAvailable();
        int count = Math.min(reader.available(), length);
        return reader.readBuffer(count).read(into, offset, count);
      } catch (DataReader.InsufficientDataAvailableException e) {
        return -1;
      } catch (ServerConnectionException | UncheckedIOException e) {
        throw new IOException("the connection is gone", e);
      }
    };
  }

  /// Reads on for a little, so that the answer to a refused body is not lost with it.
  static void readOn(ByteSource raw) throws IOException {
    byte[] rest = new byte[8 << 10];
    try {
      int left = LAST_BYTES;
      int read = raw.read(rest, 0, rest.length);
      while (read >= 0 && left > 0) {
        left -= read;
        read = raw.read(rest, 0, rest.length);
      }
    } catch (IngestException impossible) {
      throw new IOException("raw bytes have no framing", impossible);
    }
  }
}
