// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import org.jetsonrelay.server.http.Gate;

/// Notices that the rules of who may do what have changed. Timer only.
final class Rules {

  private final Gate gate;
  private long known;

  Rules(Gate gate) {
    this.gate = gate;
    known = gate.version();
  }

  /// Whether they have changed since the last call.
  boolean changed() {
    long version = gate.version();
    boolean changed = version != known;
    known = version;
    return changed;
  }
}
