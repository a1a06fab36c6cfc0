// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

import java.io.Serial;

/**
 * A source that cannot be opened or has failed. The message is written for the person at the robot.
 */
public final class SourceException extends Exception {

  @Serial private static final long serialVersionUID = 1;

  /** With a message that names the offending value and the way out. */
  public SourceException(String message) {
    super(message);
  }

  /** The same, with what caused it. */
  public SourceException(String message, Throwable cause) {
    super(message, cause);
  }
}
