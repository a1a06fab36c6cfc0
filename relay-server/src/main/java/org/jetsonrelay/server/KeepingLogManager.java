// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.util.logging.LogManager;

/// A log manager that keeps its handlers while the process ends.
///
/// The JDK's takes them away in a shutdown hook of its own, which runs at the same time as the
/// relay's: what the relay says about its end would be lost. Nothing is lost by keeping them: the
/// console handler writes each line at once. Public for the JDK, which makes the only instance.
public final class KeepingLogManager extends LogManager {

  // Written by the thread that starts the relay, read by the JDK's shutdown hook.
  private static volatile boolean mayForget = true;

  /// For the JDK.
  public KeepingLogManager() {}

  /// Whether handlers may go: only while a new configuration takes the place of the old one.
  static void mayForget(boolean now) {
    mayForget = now;
  }

  @Override
  public void reset() {
    if (mayForget) {
      super.reset();
    }
  }
}
