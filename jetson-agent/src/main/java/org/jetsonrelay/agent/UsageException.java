// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.io.Serial;

/** A setting that cannot be used. The message is one sentence with the value and the way out. */
final class UsageException extends Exception {

  @Serial private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }
}
