// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonValue;
import java.util.regex.Pattern;
import org.jetsonrelay.server.timing.IsoTime;

/// Reads points in time out of what clients send: milliseconds since 1970, as a number or as a
/// string of digits. What old clients put there is anything; what can't be a time counts as absent.
/// Stateless.
final class ClientTimes {

  /// 15 digits reach the year 9999, and no further than a long does.
  private static final Pattern MILLIS = Pattern.compile("[0-9]{1,15}");

  private ClientTimes() {}

  /// Whole milliseconds, 0 when absent.
  static long millis(JsonObject json, String field) {
    return (long) time(json, field);
  }

  /// Microseconds, 0 when absent or beyond the year 2255: until then a double holds them exactly,
  /// and a long their nanoseconds.
  static long micros(JsonObject json, String field) {
    double micros = time(json, field) * 1_000;
    return micros <= 1L << 53 ? Math.round(micros) : 0;
  }

  private static double time(JsonObject json, String field) {
    try {
      JsonValue value = ClientMessages.present(json, field);
      if (value == null) {
        return 0;
      }
      double millis =
          switch (value.type()) {
            case NUMBER -> value.asNumber().doubleValue();
            case STRING -> digits(value.asString().value().strip());
            default -> 0;
          };
      return millis > 0 && millis <= IsoTime.MAX_MILLIS ? millis : 0;
    } catch (RuntimeException e) {
      // An exponent the library refuses, or half a surrogate pair: no time either.
      return 0;
    }
  }

  private static long digits(String text) {
    return MILLIS.matcher(text).matches() ? Long.parseLong(text) : 0;
  }
}
