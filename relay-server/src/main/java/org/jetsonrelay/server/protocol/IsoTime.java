// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import java.util.concurrent.TimeUnit;

/// Writes points in time as `2025-08-25T06:13:46.000Z`: always three digits of fraction, always 24
/// characters. `java.time` would leave a zero fraction out and allocate, and this is written once
/// per viewer and frame.
final class IsoTime {

  /// Characters of every time.
  static final int LENGTH = 24;

  /// The last millisecond of the year 9999; times are clamped to 1970 … 9999.
  static final long MAX_MILLIS = 253_402_300_799_999L;

  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  private IsoTime() {}

  /// Writes the time of `epochMillis` and answers the offset behind it.
  static int write(byte[] target, int offset, long epochMillis) {
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

    int at = digits(target, offset, year, 4, '-');
    at = digits(target, at, month, 2, '-');
    at = digits(target, at, dayOfMonth, 2, 'T');
    at = digits(target, at, rest / 3_600_000, 2, ':');
    at = digits(target, at, rest / 60_000 % 60, 2, ':');
    at = digits(target, at, rest / 1_000 % 60, 2, '.');
    return digits(target, at, rest % 1_000, 3, 'Z');
  }

  private static int digits(byte[] target, int offset, int value, int count, char then) {
    int left = value;
    for (int i = offset + count - 1; i >= offset; i--) {
      target[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    target[offset + count] = (byte) then;
    return offset + count + 1;
  }
}
