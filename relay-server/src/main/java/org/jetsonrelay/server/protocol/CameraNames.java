// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

/// The rule for camera names, `[A-Za-z0-9._-]{1,64}`: they appear in URLs, metrics and pages.
public final class CameraNames {

  /// Longest name.
  public static final int MAX_CHARS = 64;

  private CameraNames() {}

  /// Longest name of a relay.
  public static final int MAX_NODE_CHARS = 32;

  /// Whether this is a camera name.
  public static boolean valid(String name) {
    return valid(name, MAX_CHARS);
  }

  /// Whether this is the name of a relay.
  public static boolean validNode(String name) {
    return valid(name, MAX_NODE_CHARS);
  }

  /// Whether a camera can be watched under this name: its own, or, where two relays of a cluster
  /// have one of the same name, `name@relay`.
  public static boolean watchable(String name) {
    int at = name.indexOf('@');
    return at < 0 ? valid(name) : valid(name.substring(0, at)) && validNode(name.substring(at + 1));
  }

  private static boolean valid(String name, int maxChars) {
    if (name.isEmpty() || name.length() > maxChars) {
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
