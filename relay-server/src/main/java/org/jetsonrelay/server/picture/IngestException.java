// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.http.Status;
import java.io.Serial;

/// What was posted cannot be taken. The message is for the sender and repeats nothing of it.
final class IngestException extends Exception {

  @Serial private static final long serialVersionUID = 1;

  private final transient Status status;

  IngestException(Status status, String message) {
    super(message);
    this.status = status;
  }

  static IngestException malformed(String message) {
    return new IngestException(Status.BAD_REQUEST_400, message);
  }

  static IngestException tooLarge(int limitBytes) {
    return new IngestException(
        Status.REQUEST_ENTITY_TOO_LARGE_413, "An image may have " + limitBytes + " bytes at most.");
  }

  Status status() {
    return status;
  }
}
