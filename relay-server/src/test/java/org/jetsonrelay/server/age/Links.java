// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jetsonrelay.server.pacing.Link;
import org.jetsonrelay.server.pacing.Link.Step;

/// Links as they are written on a command line.
final class Links {

  private static final double MOST_MEGABITS = 1_000;
  private static final double MOST_SECONDS = 3_600;

  /// Longer than any run.
  private static final double FOR_EVER_SECONDS = 1e6;

  private Links() {}

  /// A rate in bit/s of IP packets, or a schedule of rates that is repeated.
  ///
  /// @param text `8M`, or `8M:10,500k:5,0:3` with seconds; 0 is down
  static List<Step> rate(String text) {
    List<Step> steps = new ArrayList<>();
    String[] parts = text.split(",", -1);
    for (String part : parts) {
      String[] rateAndTime = part.split(":", 2);
      if (rateAndTime.length == 1 && parts.length > 1) {
        throw new IllegalArgumentException(
            "\"" + part + "\" of \"" + text + "\" has no seconds: RATE:SECONDS,RATE:SECONDS");
      }
      double seconds =
          rateAndTime.length == 1
              ? FOR_EVER_SECONDS
              : within("seconds", rateAndTime[1], 0.1, MOST_SECONDS);
      steps.add(new Step(megabits(rateAndTime[0]), seconds));
    }
    if (steps.stream().allMatch(step -> step.megabits() == 0)) {
      throw new IllegalArgumentException("\"" + text + "\" is always down");
    }
    return List.copyOf(steps);
  }

  private static double megabits(String text) {
    int end = text.length() - 1;
    double unit =
        switch (text.isEmpty() ? ' ' : text.charAt(end)) {
          case 'k' -> 1e-3;
          case 'M' -> 1;
          default -> 1e-6;
        };
    String number = unit == 1e-6 ? text : text.substring(0, end);
    double least = number.equals("0") ? 0 : 0.01 / unit;
    return unit * within("a rate (bit/s, k or M)", number, least, MOST_MEGABITS / unit);
  }

  static double within(String what, String text, double least, double most) {
    try {
      double value = Double.parseDouble(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException _) {
      // as one that is out of range
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT, "%s must be from %.0f to %.0f, not \"%s\"", what, least, most, text));
  }

  static int integer(String what, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(what + " must be a whole number, not \"" + text + "\"", e);
    }
  }

  /// What is needed to have the same link again.
  static String describe(Link link) {
    StringBuilder text =
        new StringBuilder(rate(link)).append(' ').append(number(link.delayMillis())).append(" ms");
    if (link.jitterMillis() > 0) {
      text.append(", jitter ")
          .append(number(link.jitterMillis()))
          .append(" ms each ")
          .append(number(link.jitterSlotMillis()))
          .append(" ms");
    }
    if (link.lossPercent() > 0) {
      text.append(", loss ").append(number(link.lossPercent())).append(" %");
    }
    return text.append(", queue ").append(number(link.queueMillis())).append(" ms").toString();
  }

  private static String rate(Link link) {
    List<Step> steps = link.steps();
    if (steps.size() == 1) {
      return number(steps.getFirst().megabits()) + " Mbit/s,";
    }
    return steps.stream()
        .map(step -> number(step.megabits()) + " Mbit/s for " + number(step.seconds()) + " s,")
        .collect(Collectors.joining(" "));
  }

  private static String number(double value) {
    return value >= 100 || value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
  }
}
