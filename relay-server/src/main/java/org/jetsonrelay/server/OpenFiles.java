// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// What this process's files are for. Who comes when all connections are taken waits in the
/// system's queue: when accepting fails, because no file can be opened any more, the web server
/// would stop listening for good.
///
/// A connection is one file, its socket. One that gets frames keeps a second one while there are
/// some, to send by (see `KernelSocket`); those are what the connections leave over.
///
/// @param connections that are taken; the next one is told that there are too many
/// @param duplicates second files of connections, never more than the connections leave
record OpenFiles(int connections, int duplicates) {

  private static final System.Logger LOG = System.getLogger(OpenFiles.class.getName());

  /// Left for all that is not a connection of a client: jars, logs, pipes, connections of our own.
  private static final long RESERVE = 64;

  /// Even with a limit that is far too low, somebody must be able to look.
  private static final long LEAST = 16;

  /// Telling somebody that there are too many connections needs a connection, too.
  private static final int TO_REFUSE = 2;

  /// Where there are too few files, one in so many is a duplicate: it is no good to take a hundred
  /// viewers more and to serve all of them badly.
  private static final int SHARE = 4;

  /// As many connections as wanted and a duplicate for each, or fewer where there are not files
  /// enough; says so when that is fewer connections.
  static OpenFiles of(int wanted) {
    OpenFiles files = share(left(0), wanted);
    if (files.connections < wanted) {
      LOG.log(
          System.Logger.Level.WARNING,
          "only {0} connections are taken, not {1}: this process may have too few open files; raise"
              + " ulimit -n, or lower MAX_CONNECTIONS",
          Integer.toString(files.connections),
          Integer.toString(wanted));
    }
    return files;
  }

  /// @param files for connections and duplicates together
  static OpenFiles share(int files, int wanted) {
    int connections = Math.min(wanted, files - files / SHARE - TO_REFUSE);
    return new OpenFiles(connections, Math.clamp(files - TO_REFUSE - connections, 0, connections));
  }

  /// As many connections as there are files left for now.
  ///
  /// @param duplicates files that are promised to others
  static int left(int duplicates) {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? left(
            system.getMaxFileDescriptorCount(),
            system.getOpenFileDescriptorCount() + duplicates,
            Runtime.getRuntime().availableProcessors())
        : Integer.MAX_VALUE;
  }

  /// @param processors as many duplicates may be borrowed at the same time, one a running thread
  static int left(long most, long taken, int processors) {
    return (int) Math.clamp(most - taken - RESERVE - processors, LEAST, Integer.MAX_VALUE);
  }
}
