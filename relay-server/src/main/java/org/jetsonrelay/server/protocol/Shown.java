// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

/// Makes a value from the network fit to be shown to people in an answer or a log line.
public final class Shown {

  /// How many characters of the value are shown.
  static final int MAX_CHARS = 40;

  private Shown() {}

  /// The value in single quotes: at most 40 characters of it, and nothing but printable ASCII, so
  /// that it can neither break a line, nor close a quotation, nor become markup.
  public static String value(String hostile) {
    int length = Math.min(hostile.length(), MAX_CHARS);
    StringBuilder shown = new StringBuilder(length + 8).append('\'');
    for (int i = 0; i < length; i++) {
      char c = hostile.charAt(i);
      if (c >= ' ' && c <= '~' && "\"'\\<>&".indexOf(c) < 0) {
        shown.append(c);
      } else {
        shown.append(String.format("\\u%04x", (int) c));
      }
    }
    return shown.append(length < hostile.length() ? "...'" : "'").toString();
  }
}
