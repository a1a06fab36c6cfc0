// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import io.helidon.common.buffers.DataReader;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/// Keeps out of the log that somebody hung up in the middle of a request: Helidon reports it as an
/// internal error with a stack trace, and whoever can reach the port could fill a disk with them.
///
/// Made by the log manager, by its name in [LogSetup]; any thread that logs asks it.
public final class HangUpFilter implements Filter {

  /// For the log manager.
  public HangUpFilter() {}

  @Override
  public boolean isLoggable(LogRecord record) {
    @Nullable Throwable cause = record.getThrown();
    while (cause != null) {
      if (cause instanceof DataReader.InsufficientDataAvailableException) {
        return false;
      }
      cause = cause.getCause();
    }
    return true;
  }
}
