// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/// Time stamps as JavaScript's `toISOString` writes them: always three digits of milliseconds,
/// which `Instant.toString()` leaves out when they are zero.
final class WireTime {

  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private WireTime() {}

  static String iso(Instant instant) {
    return ISO.format(instant);
  }
}
