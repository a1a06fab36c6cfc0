// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

/// What somebody wants to do.
public enum Action {
  /// Feed a camera.
  PUBLISH,
  /// See pictures and the list of cameras.
  VIEW,
  /// See statistics, metrics and the dashboard.
  ADMIN
}
