// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// How many connections this process has files for. Who comes beyond that waits in the system's
/// queue: when accepting fails, because no file can be opened any more, the web server would stop
/// listening for good.
final class OpenFiles {

  private static final System.Logger LOG = System.getLogger(OpenFiles.class.getName());

  /// Left for all that is not a connection of a client: jars, logs, connections of our own.
  private static final long RESERVE = 32;

  /// A WebSocket takes its socket and a duplicate to send by (see `KernelSocket`).
  private static final int FILES_PER_CONNECTION = 2;

  /// Even with a limit that is far too low, somebody must be able to look.
  private static final long LEAST = 16;

  /// Telling somebody that there are too many connections needs a connection, too.
  private static final int TO_REFUSE = 2;

  private OpenFiles() {}

  /// As many connections as there are files left for now, less the reserve.
  static int connections() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? connections(system.getMaxFileDescriptorCount(), system.getOpenFileDescriptorCount())
        : Integer.MAX_VALUE;
  }

  static int connections(long most, long open) {
    return (int)
        Math.clamp((most - open - RESERVE) / FILES_PER_CONNECTION, LEAST, Integer.MAX_VALUE);
  }

  /// As many connections as wanted, or fewer where there are not files enough for them: the next
  /// one is told that there are too many.
  static int bound(int wanted) {
    int bound = connections() - TO_REFUSE;
    if (bound >= wanted) {
      return wanted;
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "only {0} connections are taken, not {1}: this process may have too few open files; raise"
            + " ulimit -n, or lower MAX_CONNECTIONS",
        Integer.toString(bound),
        Integer.toString(wanted));
    return bound;
  }
}
