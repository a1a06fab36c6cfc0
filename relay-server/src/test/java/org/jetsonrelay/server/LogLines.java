// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/// Keeps what is logged below one name, at a level of its own, until it is closed.
public final class LogLines extends Handler implements AutoCloseable {
  private final SimpleFormatter formatter = new SimpleFormatter();
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger logger;
  private final @Nullable Level before;

  /// Begins to listen.
  public LogLines(String name, Level level) {
    logger = Logger.getLogger(name);
    before = logger.getLevel();
    logger.setLevel(level);
    logger.addHandler(this);
  }

  /// The messages so far.
  public List<String> lines() {
    return lines;
  }

  @Override
  public void publish(LogRecord logRecord) {
    // With the stack trace, if there is one.
    String message = formatter.formatMessage(logRecord);
    lines.add(logRecord.getThrown() == null ? message : formatter.format(logRecord));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setLevel(before);
  }
}
