// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import java.io.IOException;

/// Where posted bytes come from.
@FunctionalInterface
interface ByteSource {

  /// Waits for bytes.
  ///
  /// @return how many were put into the array, at least 1; -1 at the end of the body
  /// @throws IOException when the connection has ended or was cut before the body's end
  /// @throws IngestException when the body is not framed as HTTP wants it
  int read(byte[] into, int offset, int length) throws IOException, IngestException;
}
