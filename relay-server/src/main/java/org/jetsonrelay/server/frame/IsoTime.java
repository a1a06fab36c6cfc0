// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.frame;

import java.nio.ByteBuffer;

/// Writes wall-clock times as `2025-08-25T06:13:46.000Z` without allocating: once for each frame.
final class IsoTime {
  private static final long DAY_MILLIS = 86_400_000;
  // 0000-03-01 to 1970-01-01; a year that begins in March has its leap day last.
  private static final int DAYS_TO_EPOCH = 719_468;
  private static final int DAYS_IN_400_YEARS = 146_097;
  private static final long LAST_MILLIS = 253_402_300_799_999L; // 9999-12-31T23:59:59.999Z

  private IsoTime() {}

  /// Puts the 24 characters so that they end before `end`; returns where they begin. Times outside
  /// of the years 1970 to 9999 are moved to the nearer end.
  static int putBefore(ByteBuffer memory, int end, long epochMillis) {
    long millis = Math.clamp(epochMillis, 0, LAST_MILLIS);
    int ofDay = (int) (millis % DAY_MILLIS);
    int days = (int) (millis / DAY_MILLIS) + DAYS_TO_EPOCH;
    int era = days / DAYS_IN_400_YEARS;
    int dayOfEra = days % DAYS_IN_400_YEARS;
    int yearOfEra =
        (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / (DAYS_IN_400_YEARS - 1))
            / 365;
    int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int monthFromMarch = (5 * dayOfYear + 2) / 153;
    int day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
    int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
    int year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);

    int at = end;
    memory.put(--at, (byte) 'Z');
    at = digits(memory, at, ofDay % 1_000, 3);
    memory.put(--at, (byte) '.');
    at = digits(memory, at, ofDay / 1_000 % 60, 2);
    memory.put(--at, (byte) ':');
    at = digits(memory, at, ofDay / 60_000 % 60, 2);
    memory.put(--at, (byte) ':');
    at = digits(memory, at, ofDay / 3_600_000, 2);
    memory.put(--at, (byte) 'T');
    at = digits(memory, at, day, 2);
    memory.put(--at, (byte) '-');
    at = digits(memory, at, month, 2);
    memory.put(--at, (byte) '-');
    return digits(memory, at, year, 4);
  }

  private static int digits(ByteBuffer memory, int end, int value, int count) {
    int rest = value;
    for (int i = 1; i <= count; i++) {
      memory.put(end - i, (byte) ('0' + rest % 10));
      rest /= 10;
    }
    return end - count;
  }
}
