// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.util.Locale;

/// How a viewer answers pings.
///
/// @param millis how late, where that matters
record Answering(Kind kind, int millis) {

  /// What there is.
  enum Kind {
    /// At once.
    NORMAL(0),
    /// Not at all, against RFC 6455.
    NEVER(0),
    /// Each of them, late: its program is busy.
    LATE(25),
    /// Only the latest of some time, as RFC 6455 allows.
    COALESCES(60);

    private final int usualMillis;

    Kind(int usualMillis) {
      this.usualMillis = usualMillis;
    }
  }

  private static final int MOST_MILLIS = 2_000;

  static final Answering NORMAL = new Answering(Kind.NORMAL, 0);

  Answering {
    if (millis < 0 || millis > MOST_MILLIS) {
      throw new IllegalArgumentException(
          "a viewer answers after 0 to " + MOST_MILLIS + " ms, not " + millis);
    }
  }

  /// For example `never`, `late`, `coalesces:100`.
  static Answering parse(String text) {
    String[] parts = text.split(":", 2);
    for (Kind kind : Kind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(parts[0])) {
        return new Answering(
            kind, parts.length == 1 ? kind.usualMillis : Links.integer("milliseconds", parts[1]));
      }
    }
    throw new IllegalArgumentException(
        "no viewer \"" + text + "\": normal, never, late[:MS] or coalesces[:MS]");
  }

  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return millis == 0 ? name : name + ":" + millis;
  }
}
