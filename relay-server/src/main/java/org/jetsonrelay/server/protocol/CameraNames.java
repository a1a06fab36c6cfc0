// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

/// The rule for camera names, `[A-Za-z0-9._-]{1,64}`: they appear in URLs, metrics and pages.
public final class CameraNames {

  /// Longest name.
  public static final int MAX_CHARS = 64;

  private CameraNames() {}

  /// Whether this is a camera name.
  public static boolean valid(String name) {
    if (name.isEmpty() || name.length() > MAX_CHARS) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean allowed =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '_'
              || c == '-';
      if (!allowed) {
        return false;
      }
    }
    return true;
  }
}
