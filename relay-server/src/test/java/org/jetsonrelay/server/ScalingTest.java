// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A cluster on paper: 100 relays with 100 cameras and 100 viewers each. Who watches what is drawn
/// at random (always the same way); what each link carries then follows from the rules that the
/// real thing keeps, and docs/scaling.md must say the same.
class ScalingTest {

  private static final int RELAYS = 100;
  private static final int CAMERAS = 100;
  private static final int VIEWERS = 100;

  /// 45,000 bytes ten times a second.
  private static final double STREAM_MBITS = 45_000 * 10 * 8 / 1e6;

  private static final Path PAGE = Path.of("..", "docs", "scaling.md");

  /// What a viewer watches: one camera out of all, numbered relay by relay.
  enum Habit {
    /// Four in five watch a camera of their own relay; the others the popular ones, by Zipf's law.
    USUAL("usual: 80 % own relay, the rest by popularity"),
    /// Each watches some camera somewhere.
    SCATTERED("worst: everybody watches any camera anywhere"),
    /// All watch the same one.
    EVENT("event: everybody watches the same camera");

    private final String text;

    Habit(String text) {
      this.text = text;
    }

    private int choose(int relay, Random random, double[] popularity) {
      return switch (this) {
        case USUAL ->
            random.nextInt(5) < 4
                ? relay * CAMERAS + random.nextInt(CAMERAS)
                : popular(random, popularity);
        case SCATTERED -> random.nextInt(RELAYS * CAMERAS);
        case EVENT -> 0;
      };
    }

    private static int popular(Random random, double[] popularity) {
      int at = Arrays.binarySearch(popularity, random.nextDouble());
      int rank = Math.min(at < 0 ? -at - 1 : at, popularity.length - 1);
      // The popular cameras are spread over the relays.
      return rank % RELAYS * CAMERAS + rank / RELAYS;
    }
  }

  /// Each camera that is wanted elsewhere, with the relays that want it.
  private static Map<Integer, Set<Integer>> interest(Habit habit) {
    double[] popularity = new double[RELAYS * CAMERAS];
    double sum = 0;
    for (int rank = 0; rank < popularity.length; rank++) {
      sum += 1.0 / (rank + 1);
      popularity[rank] = sum;
    }
    for (int rank = 0; rank < popularity.length; rank++) {
      popularity[rank] /= sum;
    }
    Random random = new Random(1);
    Map<Integer, Set<Integer>> interest = new HashMap<>();
    for (int relay = 0; relay < RELAYS; relay++) {
      for (int viewer = 0; viewer < VIEWERS; viewer++) {
        int camera = habit.choose(relay, random, popularity);
        if (camera / CAMERAS != relay) {
          interest.computeIfAbsent(camera, _ -> new TreeSet<>()).add(relay);
        }
      }
    }
    return interest;
  }

  private static int home(int camera) {
    return camera / CAMERAS;
  }

  /// Streams on a link: the mean over all of its kind, and the largest.
  private record Load(double mean, long most) {
    static Load of(long[] streams) {
      return new Load(
          Arrays.stream(streams).average().orElse(0), Arrays.stream(streams).max().orElse(0));
    }

    String mbits() {
      return String.format(Locale.ROOT, "%,.0f / %,.0f", mean * STREAM_MBITS, most * STREAM_MBITS);
    }
  }

  /// A relay sends each wanted camera once and receives each that it wants once.
  private static List<Load> relays(Map<Integer, Set<Integer>> interest) {
    long[] up = new long[RELAYS];
    long[] down = new long[RELAYS];
    interest.forEach((camera, wanting) -> {
      up[home(camera)]++;
      wanting.forEach(relay -> down[relay]++);
    });
    return List.of(Load.of(up), Load.of(down));
  }

  /// What servers send: to relays, and to other servers, once to each that has a relay that wants
  /// the camera. With one group, all servers know each other (a cluster, connected by routes); with
  /// several, a group gets one copy over its gateway and passes it on.
  private static List<Load> servers(
      Map<Integer, Set<Integer>> interest, IntUnaryOperator server, int servers, int groupSize) {
    long[] out = new long[servers];
    int groups = servers / groupSize;
    long[] gateways = new long[groups];
    interest.forEach((camera, wanting) -> {
      int from = server.applyAsInt(home(camera));
      Set<Integer> reached = new TreeSet<>();
      Set<Integer> reachedGroups = new TreeSet<>();
      for (int relay : wanting) {
        int to = server.applyAsInt(relay);
        out[to]++;
        if (to != from && reached.add(to)) {
          int group = to / groupSize;
          if (group == from / groupSize) {
            out[from]++;
          } else if (reachedGroups.add(group)) {
            out[from]++;
            gateways[group]++;
          } else {
            out[group * groupSize]++;
          }
        }
      }
    });
    return List.of(Load.of(out), Load.of(gateways));
  }

  private static List<String> table(Habit habit) {
    Map<Integer, Set<Integer>> interest = interest(habit);
    long copies = interest.values().stream().mapToLong(Set::size).sum();
    List<Load> relays = relays(interest);
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "| %s | %,d | %,d | %s | %s | %,.1f | %,.1f | %s | %s |",
            habit.text,
            interest.size(),
            copies,
            relays.get(0).mbits(),
            relays.get(1).mbits(),
            interest.size() * STREAM_MBITS / 1_000,
            copies * STREAM_MBITS / 1_000,
            servers(interest, relay -> relay % 10, 10, 10).get(0).mbits(),
            servers(interest, relay -> relay / 10, 10, 2).get(1).mbits()));
    return lines;
  }

  @ParameterizedTest
  @EnumSource
  void thePageSaysWhatTheRulesLeadTo(Habit habit) throws IOException {
    assertThat(Files.readString(PAGE).lines().toList()).containsAll(table(habit));
  }

  @Test
  void everyCopyThatIsSentArrives() {
    for (Habit habit : Habit.values()) {
      Map<Integer, Set<Integer>> interest = interest(habit);
      long copies = interest.values().stream().mapToLong(Set::size).sum();
      List<Load> relays = relays(interest);
      assertThat(Math.round(relays.get(1).mean() * RELAYS)).isEqualTo(copies);
      assertThat(Math.round(relays.get(0).mean() * RELAYS)).isEqualTo(interest.size());
      // One server sends exactly what relays receive.
      assertThat(servers(interest, _ -> 0, 1, 1).get(0).most()).isEqualTo(copies);
    }
  }

  /// Signs of life and lists, by the layout in docs/cluster.md: what each relay hears of 99 others.
  @Test
  void thePageSaysWhatTheTalkCosts() throws IOException {
    int name = 10;
    int sender = 1 + 8 + 1 + name;
    double table = sender + 2 + CAMERAS * (1 + name + 1 + 8 + 4 + 4 + 4 + 4);
    double perSecond = (RELAYS - 1) * (table / 2 + 1.5 * (sender + 1));
    double list = RELAYS * CAMERAS * 150.0;
    assertThat(Files.readString(PAGE))
        .contains(
            String.format(
                Locale.ROOT, "%.0f KB/s (%.1f Mbit/s)", perSecond / 1e3, perSecond * 8 / 1e6),
            String.format(Locale.ROOT, "%.1f MB for each viewer", list / 1e6));
  }

  /// Prints the lines for the page.
  static void main() {
    for (Habit habit : Habit.values()) {
      table(habit).forEach(line -> System.getLogger("scaling").log(System.Logger.Level.INFO, line));
    }
  }
}
