// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import org.jspecify.annotations.Nullable;

/// The one place that decides who may do what, for WebSocket and HTTP alike. Any thread may call;
/// no call blocks.
public interface Access {

  /// May this credential do this, with this camera?
  ///
  /// @param camera the camera's name; null when the action is not about one camera, or the name is
  ///   not known yet (ask again when it is)
  Decision decide(Action action, @Nullable String camera, Credential credential);

  /// Whether this needs a credential at all.
  boolean guarded(Action action);
}
