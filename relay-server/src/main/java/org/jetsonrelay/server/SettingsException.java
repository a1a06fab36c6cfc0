// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.io.Serial;

/// A setting that cannot be used. The message is for the person who starts the relay.
public final class SettingsException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  SettingsException(String message) {
    super(message);
  }

  SettingsException(String message, Throwable cause) {
    super(message, cause);
  }
}
