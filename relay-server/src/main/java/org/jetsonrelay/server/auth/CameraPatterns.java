// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.util.List;

/// Which cameras a grant is for: globs of which one must fit, with `*` for any characters and `?`
/// for one. Immutable.
///
/// @param globs at least one
record CameraPatterns(List<String> globs) {

  /// Globs in one grant.
  static final int MAX_GLOBS = 64;

  /// As long as the longest camera name.
  static final int MAX_GLOB_CHARS = 64;

  /// Every camera.
  static final CameraPatterns EVERY = new CameraPatterns(List.of("*"));

  private static final String GLOB = "[A-Za-z0-9._@*?-]{1," + MAX_GLOB_CHARS + "}";

  /// Checks the globs.
  ///
  /// @throws IllegalArgumentException naming what is wrong
  CameraPatterns {
    globs = List.copyOf(globs);
    if (globs.isEmpty() || globs.size() > MAX_GLOBS) {
      throw new IllegalArgumentException("there must be 1 to " + MAX_GLOBS + " camera patterns");
    }
    if (!globs.stream().allMatch(glob -> glob.matches(GLOB))) {
      throw new IllegalArgumentException(
          "a camera pattern has 1 to "
              + MAX_GLOB_CHARS
              + " letters, digits, dots, dashes, underscores, '@', '*' and '?'");
    }
  }

  /// From `front,rear-*`.
  static CameraPatterns parse(String text) {
    return new CameraPatterns(List.of(text.split(",", -1)));
  }

  /// Whether there is no camera that these leave out.
  boolean every() {
    return globs.stream().anyMatch(glob -> glob.chars().allMatch(c -> c == '*'));
  }

  boolean matches(String camera) {
    return globs.stream().anyMatch(glob -> matches(glob, camera));
  }

  /// Goes back to the last `*` only, so the time is at most the product of the two lengths.
  private static boolean matches(String glob, String name) {
    int g = 0;
    int n = 0;
    int star = -1;
    int tried = 0;
    while (n < name.length()) {
      if (g < glob.length() && glob.charAt(g) == '*') {
        star = g++;
        tried = n;
      } else if (g < glob.length() && (glob.charAt(g) == '?' || glob.charAt(g) == name.charAt(n))) {
        g++;
        n++;
      } else if (star >= 0) {
        g = star + 1;
        n = ++tried;
      } else {
        return false;
      }
    }
    while (g < glob.length() && glob.charAt(g) == '*') {
      g++;
    }
    return g == glob.length();
  }

  @Override
  public String toString() {
    return String.join(",", globs);
  }
}
