// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jetsonrelay.server.websocket.EchoServer;
import org.jetsonrelay.server.websocket.conformance.Case.Limits;
import org.jetsonrelay.server.websocket.conformance.Case.Section;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Plays every case. A case passes when the server sent exactly the bytes that the RFC wants, ended
/// the stream without a reset where it has to end, and gave back all that it held.
class ConformanceTest {
  /// How many cases each section has. Written down twice, here and in docs/reliability.md, so that
  /// a generator that falls silent is noticed.
  private static final Map<Section, Long> COUNTS =
      Map.of(
          Section.HANDSHAKE, 24L,
          Section.FRAMING, 69L,
          Section.PINGS_AND_PONGS, 30L,
          Section.RESERVED_BITS, 56L,
          Section.OPCODES, 50L,
          Section.FRAGMENTATION, 58L,
          Section.UTF8, 171L,
          Section.CLOSING, 68L,
          Section.LIMITS, 50L,
          Section.LARGE_MESSAGES, 56L);

  private static final Map<Limits, EchoServer> SERVERS = new EnumMap<>(Limits.class);

  @BeforeAll
  static void start() {
    SERVERS.put(Limits.LARGE, new EchoServer(0));
    SERVERS.put(Limits.SMALL, new EchoServer(0, LimitCases.SMALL));
  }

  @AfterAll
  static void stop() {
    SERVERS.values().forEach(EchoServer::close);
    SERVERS.clear();
  }

  static List<Case> cases() {
    return Stream.<Supplier<List<Case>>>of(
            HandshakeCases::all,
            FramingCases::all,
            PingCases::all,
            ReservedCases::bits,
            ReservedCases::opcodes,
            FragmentationCases::all,
            Utf8Cases::all,
            CloseCases::all,
            LimitCases::all,
            LargeMessageCases::all)
        .flatMap(section -> section.get().stream())
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void keepsTheRules(Case played) throws IOException {
    EchoServer server = Objects.requireNonNull(SERVERS.get(played.limits()));
    server.forget();
    try (Peer peer = Peer.connect(server)) {
      if (played.section() != Section.HANDSHAKE) {
        peer.shakeHands();
      }
      played.script().play(peer);
    } catch (AssertionError | IOException e) {
      throw new AssertionError(played + ": " + e.getMessage(), e); // reports show only a number
    }
    Peer.soon().alias(played + ": nothing is left").until(server::isIdle);
  }

  @Test
  void losesNoCase() {
    Map<Section, Long> counted = cases().stream().collect(groupingBy(Case::section, counting()));
    assertThat(counted).isEqualTo(COUNTS);
    Set<String> names = new HashSet<>();
    assertThat(cases()).as("names are unique").allMatch(each -> names.add(each.toString()));
  }

  @Test
  void isCountedInTheDocumentation() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "reliability.md"));
    COUNTS.forEach((section, count) ->
        assertThat(page).contains("| " + section.title() + " | " + count + " |"));
    long all = COUNTS.values().stream().mapToLong(Long::longValue).sum();
    assertThat(page).contains("| **all** | **" + all + "** |");
  }
}
