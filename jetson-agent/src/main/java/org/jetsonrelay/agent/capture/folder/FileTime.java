// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.folder;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The capture time in a file's name: the number after the last underscore, in seconds. */
final class FileTime {

  /**
   * {@code image_0101_1751959757.307.jpg}; at most ten digits of seconds and nine after the point
   * fit a long.
   */
  private static final Pattern SECONDS =
      Pattern.compile("_(\\d{1,10})(?:\\.(\\d{1,9}))?\\.[A-Za-z]+$");

  private FileTime() {}

  /** Nanoseconds, or nothing when the name has no time. */
  static OptionalLong nanos(String name) {
    Matcher matcher = SECONDS.matcher(name);
    if (!matcher.find()) {
      return OptionalLong.empty();
    }
    long nanos = Long.parseLong(matcher.group(1)) * 1_000_000_000;
    String fraction = matcher.group(2);
    if (fraction != null) {
      nanos += Long.parseLong((fraction + "00000000").substring(0, 9));
    }
    return OptionalLong.of(nanos);
  }
}
