// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.Set;
import java.util.function.Predicate;

/// Which cameras a viewer wants. It is about names, not about cameras that exist now: what it
/// covers and comes later is received from then on.
public sealed interface Choice {

  /// Every camera, later arrivals included.
  record All() implements Choice {
    @Override
    public boolean covers(String camera) {
      return true;
    }
  }

  /// These cameras and no others.
  ///
  /// @param names their names
  record Named(Set<String> names) implements Choice {

    /// Copies the names.
    public Named {
      names = Set.copyOf(names);
    }

    @Override
    public boolean covers(String camera) {
      return names.contains(camera);
    }
  }

  /// Every camera that may be seen, later arrivals included.
  ///
  /// @param allowed asked for each camera when it comes; quick, without locks and waits
  record Allowed(Predicate<String> allowed) implements Choice {
    @Override
    public boolean covers(String camera) {
      return allowed.test(camera);
    }
  }

  /// Every camera.
  Choice ALL = new All();

  /// No camera: what a viewer starts with, and what it is left with when it stops its stream.
  Choice NONE = new Named(Set.of());

  /// Whether a camera of this name is wanted.
  boolean covers(String camera);
}
