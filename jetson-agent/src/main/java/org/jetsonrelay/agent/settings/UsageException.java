// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.settings;

import java.io.Serial;

/** A setting that cannot be used. The message is one sentence with the value and the way out. */
public final class UsageException extends Exception {

  @Serial private static final long serialVersionUID = 1;

  /** With that sentence. */
  public UsageException(String message) {
    super(message);
  }
}
