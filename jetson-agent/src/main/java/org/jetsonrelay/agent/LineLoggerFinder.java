// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Makes the agent's own log what {@link System#getLogger} returns: no logging library, and lines
 * that are still written while the process shuts down. Found by {@code META-INF/services}.
 */
public final class LineLoggerFinder extends System.LoggerFinder {

  /** What is written: this and all that is worse. Set by the main thread, read by any. */
  private static volatile Level threshold = Level.INFO;

  /** For the service loader. */
  public LineLoggerFinder() {}

  /** Sets what is written from now on. */
  static void threshold(Level level) {
    threshold = level;
  }

  static Level threshold() {
    return threshold;
  }

  @Override
  public Logger getLogger(String name, Module module) {
    return new LineLogger(name, System.err);
  }
}
