// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads typed values from text settings and explains what is wrong with them: every message names
/// the key, the value and the way out. Used by one thread at start-up.
final class SettingsReader {

  private static final Pattern DURATION =
      Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,3})?)(ms|s|m|h)");

  private final UnaryOperator<@Nullable String> values;
  private final Set<String> read = new LinkedHashSet<>();

  /// @param values key to value, null or blank when it is not set
  SettingsReader(UnaryOperator<@Nullable String> values) {
    this.values = values;
  }

  /// Every key that was asked for, in order: the documentation is checked against it.
  Set<String> keys() {
    return read;
  }

  String text(String key, String whenUnset) {
    read.add(key);
    String value = values.apply(key);
    return value == null || value.isBlank() ? whenUnset : value.strip();
  }

  int integer(String key, int whenUnset, int least, int most) {
    String value = text(key, Integer.toString(whenUnset));
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new SettingsException(
          "%s='%s' is not a whole number: use %d to %d".formatted(key, value, least, most), e);
    }
    throw new SettingsException(
        "%s='%s' is out of range: use %d to %d".formatted(key, value, least, most));
  }

  Duration duration(String key, Duration whenUnset, Duration least, Duration most) {
    String value = text(key, whenUnset.toMillis() + "ms");
    Matcher matcher = DURATION.matcher(value.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new SettingsException(
          "%s='%s' is not a duration: write for example 500ms, 15s, 2m or 1h"
              .formatted(key, value));
    }
    long unitMillis =
        switch (matcher.group(2)) {
          case "ms" -> 1;
          case "s" -> 1_000;
          case "m" -> 60_000;
          default -> 3_600_000;
        };
    Duration duration =
        Duration.ofMillis(
            new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unitMillis)).longValue());
    if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
      throw new SettingsException(
          "%s='%s' is out of range: use %dms to %ds"
              .formatted(key, value, least.toMillis(), most.toSeconds()));
    }
    return duration;
  }

  boolean onOff(String key, boolean whenUnset) {
    return choice(key, whenUnset ? "on" : "off", List.of("on", "off")).equals("on");
  }

  String choice(String key, String whenUnset, List<String> allowed) {
    String value = text(key, whenUnset);
    String lower = value.toLowerCase(Locale.ROOT);
    if (!allowed.contains(lower)) {
      throw new SettingsException(
          "%s='%s' is not known: use one of %s".formatted(key, value, String.join(", ", allowed)));
    }
    return lower;
  }
}
