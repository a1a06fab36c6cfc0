// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the holder of one token may do. Immutable.
///
/// @param name for people
/// @param token whose grant it is; that of nothing shown stands for everybody
/// @param actions what may be done; who may see statistics may see pictures, too
/// @param cameras with which cameras
record Grant(String name, Credential token, Set<Action> actions, CameraPatterns cameras) {

  Grant {
    Set<Action> all = EnumSet.copyOf(actions);
    if (all.contains(Action.ADMIN)) {
      all.add(Action.VIEW); // the dashboard shows pictures
    }
    actions = Set.copyOf(all);
  }

  boolean allows(Action action, @Nullable String camera) {
    if (!actions.contains(action)) {
      return false;
    }
    if (camera == null) {
      return true;
    }
    return camera.equals(Access.EVERY_CAMERA) ? cameras.every() : cameras.matches(camera);
  }
}
