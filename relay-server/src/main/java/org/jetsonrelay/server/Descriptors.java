// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

/// How many connections are taken before the next one is told that there are too many: somewhat
/// fewer than `OpenFiles` has room for, since telling needs a file, too.
final class Descriptors {

  private static final System.Logger LOG = System.getLogger(Descriptors.class.getName());

  private static final int TO_REFUSE = 2;

  private Descriptors() {}

  /// As many connections as wanted, or fewer where there are not files enough for them.
  static int bound(int wanted) {
    int bound = OpenFiles.connections() - TO_REFUSE;
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
