// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import java.util.List;
import java.util.Random;

/// A link to simulate. Delay and jitter hold in both directions, rate and queue only towards the
/// viewer; loss takes segments on the way there and pongs on the way back.
///
/// @param steps the rate, a schedule that repeats
/// @param delayMillis one way
/// @param jitterMillis mean of the extra delay, which is 0 to twice this and drawn anew per slot
/// @param lossPercent random loss behind the queue
/// @param queueMillis length of the drop-tail queue at the highest rate
public record Link(
    String name,
    List<Step> steps,
    double delayMillis,
    double jitterMillis,
    double jitterSlotMillis,
    double lossPercent,
    double queueMillis) {

  /// A rate for some time.
  ///
  /// @param megabits Mbit/s of IP packets, 0 for an outage
  public record Step(double megabits, double seconds) {}

  public static final Link L1 = new Link("L1", steady(8), 20, 0, 0, 0, 1000);
  public static final Link L2 = new Link("L2", steady(20), 40, 0, 0, 1, 200);
  public static final Link L3 = new Link("L3", steady(3), 80, 0, 0, 0.5, 2000);
  public static final Link L4 = new Link("L4", steady(200), 1, 0, 0, 0, 100);
  public static final Link V =
      new Link("V", List.of(new Step(8, 10), new Step(2, 10)), 20, 0, 0, 0, 1000);
  public static final Link J = new Link("J", steady(8), 30, 15, 20, 0, 1000);
  public static final Link W = new Link("W", steady(15), 10, 10, 30, 0.1, 500);
  public static final Link O =
      new Link("O", List.of(new Step(8, 8), new Step(0, 3)), 20, 0, 0, 0, 1000);

  private static final List<Link> NAMED = List.of(L1, L2, L3, L4, V, J, W, O);

  /// One of those above, or a drawn one: `L1`, `R1001`.
  ///
  /// @throws IllegalArgumentException when there is none of that name
  public static Link named(String name) {
    if (name.matches("R\\d{1,18}")) {
      return drawn(Long.parseLong(name.substring(1)));
    }
    return NAMED.stream()
        .filter(link -> link.name.equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no link \"%s\": there are %s, and R with a number for a drawn one"
                    .formatted(name, NAMED)));
  }

  /// A link nobody tuned anything on: 1–50 Mbit/s, 1–150 ms, 0–2 % loss, 50 ms–3 s of queue.
  public static Link drawn(long seed) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    double megabits = logarithmic(random, 1, 50);
    double delay = logarithmic(random, 1, 150);
    double loss = random.nextBoolean() ? 0 : 2 * random.nextDouble();
    double queue = logarithmic(random, 50, 3000);
    double jitter = random.nextBoolean() ? 0 : random.nextDouble() * Math.min(20, delay);
    double slot = 5 + random.nextDouble() * 45;
    return new Link("R" + seed, steady(megabits), delay, jitter, slot, loss, queue);
  }

  private static double logarithmic(Random random, double least, double most) {
    return least * Math.pow(most / least, random.nextDouble());
  }

  private static List<Step> steady(double megabits) {
    return List.of(new Step(megabits, 1e6));
  }

  public double highestMegabits() {
    return steps.stream().mapToDouble(Step::megabits).max().orElseThrow();
  }

  /// What physics allows for the median at the first step: delay and transmission, and half a frame
  /// interval where frames come faster than the link takes them. Without jitter, as if every frame
  /// could have the best of it.
  public double leastMedianMillis(int frameBytes, double fps) {
    double own = wireBits(frameBytes) / steps.getFirst().megabits() / 1e3;
    return delayMillis + own + (own > 1e3 / fps ? 500 / fps : 0);
  }

  /// Frames a second the link can carry in the given part of its schedule.
  public double mostFps(int frameBytes, double fps, double fromSeconds, double toSeconds) {
    double period = steps.stream().mapToDouble(Step::seconds).sum();
    double frames = 0;
    double begins = 0;
    for (int i = 0; begins < toSeconds; i++) {
      Step step = steps.get(i % steps.size());
      double ends = begins + Math.min(step.seconds(), period);
      double part = Math.min(ends, toSeconds) - Math.max(begins, fromSeconds);
      double rate = Math.min(fps, step.megabits() * 1e6 / wireBits(frameBytes));
      frames += Math.max(0, part) * rate;
      begins = ends;
    }
    return frames / (toSeconds - fromSeconds);
  }

  private static double wireBits(int frameBytes) {
    return 8 * frameBytes * (1 + SimulatedTcp.HEADER_BYTES / (double) SimulatedTcp.SEGMENT_BYTES);
  }

  /// When `bits` have passed that start at `fromNanos`.
  public long passedNanos(long fromNanos, double bits) {
    double left = bits;
    double at = fromNanos / 1e9;
    double period = steps.stream().mapToDouble(Step::seconds).sum();
    while (true) {
      double in = at % period;
      for (Step step : steps) {
        if (in < step.seconds()) {
          double capacity = (step.seconds() - in) * step.megabits() * 1e6;
          if (capacity >= left) {
            return (long) ((at + left / (step.megabits() * 1e6)) * 1e9);
          }
          left -= capacity;
          // A step must end, whatever rounding does.
          at += Math.max(step.seconds() - in, 1e-9);
          in = step.seconds();
        }
        in -= step.seconds();
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
