// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.jmdns.JmDNS;
import javax.jmdns.ServiceInfo;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Real mDNS, on the loopback interface only. Names are made up anew for each run: another run may
 * be under way on this machine.
 */
@Timeout(120)
class RelaySearchTest {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final String ONE = "one-" + UUID.randomUUID();
  private static final String OTHER = "other-" + UUID.randomUUID();

  private static JmDNS network;

  @BeforeAll
  static void announceTwo() {
    try {
      network = JmDNS.create(LOOPBACK, ONE);
      network.registerService(ServiceInfo.create(RelaySearch.SERVICE, ONE, 8080, ""));
      network.registerService(ServiceInfo.create(RelaySearch.SERVICE, OTHER, 9000, ""));
    } catch (IOException e) {
      abort("no multicast on the loopback interface: " + e.getMessage());
    }
  }

  @AfterAll
  static void close() throws IOException {
    if (network != null) {
      network.close();
    }
  }

  private static List<FoundRelay> find(Optional<String> name, Duration patience)
      throws InterruptedException {
    return new RelaySearch(() -> List.of(LOOPBACK), patience, Duration.ofSeconds(10))
        .find(new WantedRelay(name));
  }

  @Test
  void findsTheOneThatIsNamed() throws InterruptedException {
    assertThat(find(Optional.of(OTHER), Duration.ofSeconds(60)))
        .contains(new FoundRelay(OTHER, URI.create("ws://127.0.0.1:9000/ws")));
  }

  @Test
  void seesThatThereAreSeveral() throws InterruptedException {
    List<FoundRelay> found = find(Optional.empty(), Duration.ofSeconds(60));
    assertThat(found).extracting(FoundRelay::name).contains(ONE, OTHER).isSorted();
    assertThatThrownBy(() -> new WantedRelay(Optional.empty()).choose(found))
        .hasMessageContaining("relays announce themselves here");
  }

  @Test
  void givesUpAfterAWhile() throws InterruptedException {
    assertThat(find(Optional.of("nobody-" + UUID.randomUUID()), Duration.ofMillis(100)))
        .extracting(FoundRelay::name)
        .noneMatch(name -> name.startsWith("nobody-"));
  }

  @Test
  void findsNothingWhereThereIsNoNetwork() throws InterruptedException {
    RelaySearch search = new RelaySearch(List::of, Duration.ofMillis(10), Duration.ofMillis(10));
    assertThat(search.find(new WantedRelay(Optional.empty()))).isEmpty();
  }
}
