// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.jetsonrelay.agent.policy.QualityController.Second;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Pacer and quality controller together on a simulated uplink: a source of 30 frames a second whose
 * size depends on the quality, and a link of changing rate with an endless queue. Simulated time,
 * fixed seeds: the figures are the same on every machine.
 */
class AdaptationOnALinkTest {

  private static final long MILLI = 1_000_000;
  private static final double FPS = 30;

  /** One run, a millisecond at a time. */
  private static final class Run {
    private final DoubleUnaryOperator megabitsAt;
    private final double noise;
    private final Random random;
    private final long delayNanos;
    private final QualityController controller =
        new QualityController(QualitySettings.between(30, 80));
    private final Pacer pacer = new Pacer(PacerSettings.DEFAULTS.withSegmentBytes(14), 1);
    private final ArrayDeque<long[]> pongs = new ArrayDeque<>();
    private final List<Integer> qualities = new ArrayList<>();
    private final List<Double> rates = new ArrayList<>();
    private final List<long[]> ages = new ArrayList<>();
    private double busyUntil;

    Run(DoubleUnaryOperator megabitsAt, double noise, long delayMillis, long seed) {
      this.megabitsAt = megabitsAt;
      this.noise = noise;
      delayNanos = delayMillis * MILLI;
      random = new Random(seed);
    }

    /** As libjpeg's sizes go: 45 KB at 80, 25 KB at 50, 18 KB at 30. */
    private int bytes() {
      int quality = controller.quality();
      double scale = quality < 50 ? 50.0 / quality : 2 - quality / 50.0;
      double usual = 45_000 * Math.pow(0.4 / scale, 0.65);
      return (int) (usual * (1 + noise * random.nextGaussian() / 3));
    }

    Run seconds(int seconds) {
      long captured = -1;
      long frames = 0;
      int sent = 0;
      long sentBytes = 0;
      for (long millis = 0; millis < seconds * 1000L; millis++) {
        long now = millis * MILLI;
        while (!pongs.isEmpty() && pongs.peek()[0] <= now) {
          long[] pong = pongs.remove();
          pacer.onPong(pong[0], pong[1]);
        }
        if (millis * FPS / 1000 >= frames) {
          captured = now;
          frames++;
        }
        if (captured >= 0 && pacer.gate(now) == 0) {
          int bytes = bytes();
          transmit(now, captured, bytes);
          captured = -1;
          sent++;
          sentBytes += bytes;
        }
        if (millis % 1000 == 999) {
          controller.observe(
              new Second(
                  FPS,
                  sent,
                  sent == 0 ? 0 : (double) sentBytes / sent,
                  pacer.linkBitsPerSecond(),
                  pacer.deliveryNanos(),
                  pacer.roundTripNanos(),
                  null));
          qualities.add(controller.quality());
          rates.add((double) sent);
          sent = 0;
          sentBytes = 0;
        }
      }
      return this;
    }

    private void transmit(long now, long captured, int bytes) {
      double begins = Math.max((double) now, busyUntil);
      double ends = carried(begins, bytes, 1 + noise * random.nextGaussian() / 3);
      busyUntil = ends;
      long ping = pacer.onSend(now, bytes);
      if (ping != Pacer.NO_PING) {
        pongs.add(new long[] {(long) begins + 2 * delayNanos, ping});
        pongs.add(new long[] {(long) ends + 2 * delayNanos, ping + 1});
      }
      ages.add(new long[] {now, (long) ends + delayNanos - captured});
    }

    /** When the last of some bytes is through: the link has the rate of each millisecond in it. */
    private double carried(double begins, int bytes, double factor) {
      double at = begins;
      double bits = bytes * 8.0;
      while (true) {
        double bitsPerNano = Math.max(0.1, factor * megabitsAt.applyAsDouble(at / 1e9)) / 1e3;
        if (bits <= bitsPerNano * MILLI) {
          return at + bits / bitsPerNano;
        }
        bits -= bitsPerNano * MILLI;
        at += MILLI;
      }
    }

    int changes(int from, int to) {
      int changes = 0;
      for (int i = from + 1; i < to; i++) {
        changes += qualities.get(i).equals(qualities.get(i - 1)) ? 0 : 1;
      }
      return changes;
    }

    int quality(int second) {
      return qualities.get(second - 1);
    }

    double fps(int from, int to) {
      return rates.subList(from, to).stream().mapToDouble(d -> d).average().orElseThrow();
    }

    double ageMillis(double quantile, int from, int to) {
      long[] some =
          ages.stream()
              .filter(age -> age[0] >= from * 1e9 && age[0] < to * 1e9)
              .mapToLong(age -> age[1])
              .sorted()
              .toArray();
      return some[(int) (quantile * (some.length - 1))] / 1e6;
    }

    String figures(int from, int to) {
      return String.format(
          Locale.ROOT,
          "%d..%d s: quality %d..%d, %d changes, %.1f fps, age p50 %.0f p95 %.0f ms",
          from,
          to,
          qualities.subList(from, to).stream().mapToInt(i -> i).min().orElseThrow(),
          qualities.subList(from, to).stream().mapToInt(i -> i).max().orElseThrow(),
          changes(from, to),
          fps(from, to),
          ageMillis(0.5, from, to),
          ageMillis(0.95, from, to));
    }
  }

  /**
   * Quality 80 needs 10.8 Mbit/s, 64 needs 7.5, 50 needs 6, 30 needs 4.3. It stays where at most a
   * tenth of the frames is skipped.
   */
  @ParameterizedTest(name = "{0} Mbit/s, noise {1}, {2} ms")
  @CsvSource({
    "20,   0,    20, 80, 80, 30",
    "20,   0.3,  20, 80, 80, 30",
    "9,    0,    20, 60, 80, 27",
    "8,    0,    20, 60, 76, 27",
    "8,    0.1,  20, 60, 76, 27",
    "8,    0.3,  20, 56, 76, 27",
    "6,    0.1,  60, 48, 60, 26",
    "5,    0.1, 100, 30, 52, 26",
    "2,    0.1,  20, 30, 30, 12",
  })
  void settlesWhereTheLinkCarriesTheRate(
      double megabits, double noise, long delayMillis, int least, int most, double fps) {
    Run run = new Run(seconds -> megabits, noise, delayMillis, 1).seconds(600);
    String figures = run.figures(30, 600);

    assertThat(run.quality(600)).as(figures).isBetween(least, most);
    assertThat(run.fps(30, 600)).as(figures).isGreaterThanOrEqualTo(fps - 0.2);
    assertThat(run.changes(30, 600)).as(figures).isLessThanOrEqualTo(8);
    assertThat(run.changes(300, 600)).as(figures).isLessThanOrEqualTo(2);
  }

  @Test
  void followsTheLinkDownAndUpAgain() {
    double[] steps = {50, 4, 50};
    Run run = new Run(seconds -> steps[(int) Math.min(2, seconds / 60)], 0.1, 20, 1).seconds(240);

    assertThat(run.changes(0, 60)).as(run.figures(0, 60)).isZero();
    assertThat(run.quality(60)).isEqualTo(80);
    assertThat(run.quality(75)).as(run.figures(60, 120)).isEqualTo(30);
    assertThat(run.fps(80, 120)).as(run.figures(80, 120)).isGreaterThan(24);
    // 30 to 80 in steps of 4 every 5 seconds.
    assertThat(run.quality(120 + 90)).as(run.figures(120, 240)).isEqualTo(80);
    assertThat(run.fps(125, 240)).as(run.figures(120, 240)).isGreaterThan(29);
  }

  @Test
  void ignoresAGapOfASecond() {
    Run run = new Run(at -> at >= 60 && at < 61 ? 1 : 50, 0, 20, 1).seconds(120);

    assertThat(run.qualities).as(run.figures(0, 120)).containsOnly(80);
  }

  @Test
  void keepsFramesFreshWhileItLearns() {
    Run run = new Run(seconds -> 8, 0.1, 20, 1).seconds(60);

    // 45 ms of transmission, 20 of delay and half a frame's interval, against 3 s in the queue.
    assertThat(run.ageMillis(0.5, 1, 60)).as(run.figures(1, 60)).isLessThan(100);
    assertThat(run.ageMillis(0.95, 1, 60)).as(run.figures(1, 60)).isLessThan(150);
  }

  @Test
  void isTheSameOnEveryRun() {
    List<Integer> first = new Run(seconds -> 8, 0.2, 20, 7).seconds(100).qualities;

    assertThat(new Run(seconds -> 8, 0.2, 20, 7).seconds(100).qualities).isEqualTo(first);
    assertThat(Arrays.asList(first.get(0))).containsExactly(80);
  }
}
