// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The `token` in a query: finds it, and hides it from logs.
public final class Query {

  /// The parameter's name.
  static final String TOKEN = "token";

  private Query() {}

  /// A raw query, or a whole URI with one, fit for a log: in each part between ampersands that says
  /// `token` anywhere, however encoded, all behind the first `=` is replaced. Rather too much than
  /// a parser's idea of a parameter that is not ours.
  public static String redacted(String rawQueryOrUri) {
    StringBuilder safe = new StringBuilder(rawQueryOrUri.length());
    int at = 0;
    while (at <= rawQueryOrUri.length()) {
      int end = separator(rawQueryOrUri, at);
      String part = rawQueryOrUri.substring(at, end);
      if (decoded(part).toLowerCase(Locale.ROOT).contains(TOKEN)) {
        safe.append(part, 0, part.indexOf('=') + 1).append("***");
      } else {
        safe.append(part);
      }
      if (end < rawQueryOrUri.length()) {
        safe.append('&');
      }
      at = end + 1;
    }
    return safe.toString();
  }

  /// The decoded value of the first parameter of this name, or null.
  static @Nullable String first(String rawQuery, String name) {
    int at = 0;
    while (at < rawQuery.length()) {
      int end = separator(rawQuery, at);
      int equals = rawQuery.indexOf('=', at);
      if (equals >= 0 && equals < end && decoded(rawQuery.substring(at, equals)).equals(name)) {
        return decoded(rawQuery.substring(equals + 1, end));
      }
      at = end + 1;
    }
    return null;
  }

  private static int separator(String query, int from) {
    int at = query.indexOf('&', from);
    return at < 0 ? query.length() : at;
  }

  /// Percent-decoded; an escape that is none stays as it is, so that one can't hide the others.
  private static String decoded(String raw) {
    if (raw.indexOf('%') < 0) {
      return raw;
    }
    byte[] bytes = raw.getBytes(StandardCharsets.UTF_8);
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = high >= 0 ? Character.digit(bytes[i + 2], 16) : -1;
      if (low >= 0) {
        bytes[length++] = (byte) (high << 4 | low);
        i += 2;
      } else {
        bytes[length++] = bytes[i];
      }
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
