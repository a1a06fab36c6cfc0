// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import org.jspecify.annotations.Nullable;

/// What a client registers as.
public enum ClientRole {
  /// Feeds a camera; on the wire a `jetson`.
  PUBLISHER("jetson"),
  /// Watches cameras; on the wire a `flutter`, whatever it is written in.
  VIEWER("flutter");

  private final String wireName;

  ClientRole(String wireName) {
    this.wireName = wireName;
  }

  /// The value of `clientType`.
  public String wireName() {
    return wireName;
  }

  /// The role with exactly this wire name, or null.
  static @Nullable ClientRole named(String wireName) {
    for (ClientRole role : values()) {
      if (role.wireName.equals(wireName)) {
        return role;
      }
    }
    return null;
  }
}
