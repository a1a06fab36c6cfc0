// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.util.List;
import java.util.Locale;

/// What is asked of a relay in one run. Every viewer watches every camera.
///
/// @param key one letter, as in the documentation
/// @param cameras publishers
/// @param viewers all of them, the stalled ones included
/// @param stalled viewers that ask for frames and then never read
/// @param fps frames a second of each camera; 0 for a scenario without frames
/// @param frameBytes size of each JPEG
/// @param search whether to look for the highest rate without skips, `fps` being where to begin
record Scenario(
    String key, int cameras, int viewers, int stalled, double fps, int frameBytes, boolean search) {

  static final List<Scenario> ALL =
      List.of(
          new Scenario("A", 1, 100, 0, 30, 45_000, false),
          new Scenario("C", 1, 10, 0, 30, 500_000, false),
          new Scenario("D", 7, 20, 0, 10, 40_000, false),
          new Scenario("F", 1, 1_000, 0, 5, 20_000, false),
          new Scenario("B", 1, 100, 0, 60, 45_000, true),
          new Scenario("S", 1, 100, 10, 30, 45_000, false),
          new Scenario("I", 0, 10_000, 0, 0, 1_000, false));

  private static final int MIN_FRAME_BYTES = 1_000;
  private static final int MAX_FRAME_BYTES = 16 << 20;

  Scenario {
    inRange("cameras", cameras, 0, 256);
    inRange("viewers", viewers, 1, 50_000);
    inRange("stalled", stalled, 0, viewers - 1);
    inRange("size", frameBytes, MIN_FRAME_BYTES, MAX_FRAME_BYTES);
    if (!(fps >= 0 && fps <= 100_000)) {
      throw new IllegalArgumentException("fps must be from 0 to 100000, not " + fps);
    }
  }

  static Scenario named(String key) {
    return ALL.stream()
        .filter(one -> one.key.equalsIgnoreCase(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no scenario " + key));
  }

  int healthy() {
    return viewers - stalled;
  }

  String description() {
    if (cameras == 0) {
      return "%,d idle viewers".formatted(viewers);
    }
    String text =
        "%s%,d viewers%s, %s, %s"
            .formatted(
                cameras == 1 ? "" : cameras + " cameras × ",
                viewers,
                stalled == 0 ? "" : ", " + stalled + " of them stalled",
                search ? "as fast as it goes" : number(fps) + " fps",
                frameBytes % 1_000 == 0 ? frameBytes / 1_000 + " KB" : frameBytes + " B");
    return text;
  }

  static String number(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.1f", value);
  }

  private static void inRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be from " + least + " to " + most + ", not " + value);
    }
  }
}
