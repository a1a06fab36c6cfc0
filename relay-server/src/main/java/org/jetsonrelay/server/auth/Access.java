// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import org.jspecify.annotations.Nullable;

/// The one place that decides who may do what, for WebSocket and HTTP alike. Any thread may call;
/// no call blocks.
public interface Access {

  /// Asked about in place of a name: whether no camera is left out. No camera can have this name.
  String EVERY_CAMERA = "*";

  /// May this credential do this, with this camera?
  ///
  /// @param camera the camera's name, or [#EVERY_CAMERA]; null when the action is not about one
  ///   camera, or the name is not known yet (ask again when it is): granted if it is for any
  Decision decide(Action action, @Nullable String camera, Credential credential);

  /// Whether this needs a credential at all.
  boolean guarded(Action action);

  /// Grows whenever the answers may have changed: who asked before should ask again.
  default long version() {
    return 0;
  }

  /// Whether the answer is yes.
  default boolean permits(Action action, @Nullable String camera, Credential credential) {
    return decide(action, camera, credential) instanceof Decision.Granted;
  }
}
