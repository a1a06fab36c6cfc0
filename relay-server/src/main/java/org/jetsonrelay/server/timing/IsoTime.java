// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// Writes points in time as `2025-08-25T06:13:46.000Z`: always three digits of fraction, always 24
/// characters. `java.time` would leave a zero fraction out and allocate, and this is written once
/// per frame, and per viewer and frame where details are wanted. Stateless.
public final class IsoTime {

  /// Characters of every time.
  public static final int LENGTH = 24;

  /// The last millisecond of the year 9999; times are clamped to 1970 … 9999.
  public static final long MAX_MILLIS = 253_402_300_799_999L;

  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  // Where the digits of each part end.
  private static final int YEAR_END = 4;
  private static final int MONTH_END = 7;
  private static final int DAY_END = 10;
  private static final int HOUR_END = 13;
  private static final int MINUTE_END = 16;
  private static final int SECOND_END = 19;
  private static final int MILLI_END = 23;

  private IsoTime() {}

  /// Writes the time of `epochMillis` and answers the offset behind it.
  public static int write(byte[] target, int offset, long epochMillis) {
    long parts = parts(epochMillis);
    for (int i = LENGTH - 1; i >= 0; i--) {
      target[offset + i] = character(i, parts);
      parts = isDigit(i) ? parts / 10 : parts;
    }
    return offset + LENGTH;
  }

  /// Puts the 24 characters so that they end before `end`; returns where they begin.
  public static int putBefore(ByteBuffer memory, int end, long epochMillis) {
    long parts = parts(epochMillis);
    int begin = end - LENGTH;
    for (int i = LENGTH - 1; i >= 0; i--) {
      memory.put(begin + i, character(i, parts));
      parts = isDigit(i) ? parts / 10 : parts;
    }
    return begin;
  }

  /// The time of `epochMillis` as a string.
  public static String text(long epochMillis) {
    byte[] text = new byte[LENGTH];
    write(text, 0, epochMillis);
    return new String(text, StandardCharsets.US_ASCII);
  }

  /// What stands at one place, when the digit there is the last one of `parts`.
  private static byte character(int place, long parts) {
    return (byte)
        switch (place) {
          case YEAR_END, MONTH_END -> '-';
          case DAY_END -> 'T';
          case HOUR_END, MINUTE_END -> ':';
          case SECOND_END -> '.';
          case MILLI_END -> 'Z';
          default -> '0' + parts % 10;
        };
  }

  private static boolean isDigit(int place) {
    return switch (place) {
      case YEAR_END, MONTH_END, DAY_END, HOUR_END, MINUTE_END, SECOND_END, MILLI_END -> false;
      default -> true;
    };
  }

  /// All digits in their order as one decimal number, `yyyymmddhhmmssmmm`.
  private static long parts(long epochMillis) {
    long millis = Math.clamp(epochMillis, 0, MAX_MILLIS);
    int day = (int) (millis / DAY_MILLIS);
    int rest = (int) (millis % DAY_MILLIS);

    // Years are counted from March, so that the leap day is a year's last: day 0 is 0000-03-01 and
    // the Gregorian calendar repeats every 146,097 days.
    int sinceMarch0 = day + 719_468;
    int era = sinceMarch0 / 146_097;
    int ofEra = sinceMarch0 % 146_097;
    int yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365;
    int ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int march = (5 * ofYear + 2) / 153;
    int dayOfMonth = ofYear - (153 * march + 2) / 5 + 1;
    int month = march < 10 ? march + 3 : march - 9;
    int year = 400 * era + yearOfEra + (month <= 2 ? 1 : 0);

    long date = (year * 100L + month) * 100 + dayOfMonth;
    int time = (rest / 3_600_000 * 100 + rest / 60_000 % 60) * 100 + rest / 1_000 % 60;
    return (date * 1_000_000 + time) * 1_000 + rest % 1_000;
  }
}
