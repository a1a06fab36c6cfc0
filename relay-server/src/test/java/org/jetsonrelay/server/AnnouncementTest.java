// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import javax.jmdns.JmDNS;
import javax.jmdns.ServiceEvent;
import javax.jmdns.ServiceInfo;
import javax.jmdns.ServiceListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Real mDNS, on the loopback interface only, under names made up for each run.
@Timeout(120)
class AnnouncementTest {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String name = "relay-" + UUID.randomUUID();
  private final AtomicReference<Set<InetAddress>> addresses = new AtomicReference<>(Set.of());
  private final Announcement announcement =
      new Announcement(
          AnnouncementTest::open,
          name,
          8080,
          addresses::get,
          Duration.ofMillis(50),
          Duration.ofMillis(1500));

  private @Nullable JmDNS neighbour;
  private final Map<String, ServiceInfo> seen = new ConcurrentHashMap<>();

  private static JmDNS open(InetAddress address, String hostName) throws IOException {
    if (!address.equals(LOOPBACK)) {
      throw new IOException("no such network");
    }
    return JmDNS.create(address, hostName);
  }

  private void startBesideANeighbour() {
    JmDNS listening;
    try {
      listening = JmDNS.create(LOOPBACK, "neighbour-" + name);
    } catch (IOException e) {
      abort("no multicast on the loopback interface: " + e.getMessage());
      return;
    }
    neighbour = listening;
    listening.addServiceListener(
        Announcement.SERVICE,
        new ServiceListener() {
          @Override
          public void serviceAdded(ServiceEvent event) {
            listening.requestServiceInfo(event.getType(), event.getName(), true);
          }

          @Override
          public void serviceRemoved(ServiceEvent event) {
            seen.remove(event.getName());
          }

          @Override
          public void serviceResolved(ServiceEvent event) {
            seen.put(event.getName(), event.getInfo());
          }
        });
    announcement.start();
  }

  @AfterEach
  void close() throws IOException {
    if (neighbour != null) {
      announcement.close();
      neighbour.close();
    }
  }

  @Test
  void tellsTheNeighboursAddressAndPortAndNothingElse() {
    addresses.set(Set.of(LOOPBACK));
    startBesideANeighbour();
    await().atMost(PATIENCE).until(() -> seen.containsKey(name));
    ServiceInfo info = Objects.requireNonNull(seen.get(name));
    assertThat(info.getInet4Addresses())
        .extracting(InetAddress::getHostAddress)
        .containsExactly("127.0.0.1");
    assertThat(info.getPort()).isEqualTo(8080);
    assertThat(info.getPropertyNames().hasMoreElements()).isFalse();

    announcement.close();
    await().atMost(PATIENCE).until(() -> !seen.containsKey(name));
  }

  @Test
  void followsTheMachinesAddresses() {
    startBesideANeighbour();
    addresses.set(Set.of(LOOPBACK));
    await().atMost(PATIENCE).until(() -> seen.containsKey(name));
    addresses.set(Set.of());
    await().atMost(PATIENCE).until(() -> !seen.containsKey(name));
  }

  @Test
  void goesOnWithAWarningWhereItCannotBeAnnounced() throws IOException {
    // An address that no interface here has (TEST-NET-1).
    addresses.set(Set.of(InetAddress.getByName("192.0.2.1"), LOOPBACK));
    startBesideANeighbour();
    await().atMost(PATIENCE).until(() -> seen.containsKey(name));
  }

  @ParameterizedTest
  @CsvSource({
    "lab, 8080, lab",
    "lab, 9000, lab-9000",
    "lab.example.org, 8080, lab",
    "'my lab', 8080, my-lab",
    "'', 8080, relay",
    "a23456789012345678901234567890123456789012345678901234567890, 80, "
        + "a2345678901234567890123456789012345678901234567890-80"
  })
  void isCalledLikeItsMachine(String host, int port, String expected) {
    assertThat(Announcement.nameOf(host, port)).isEqualTo(expected);
  }

  @Test
  void staysSilentWhereNobodyElseCanReachIt() {
    assertThat(Announcement.reachableBy("127.0.0.1")).isEmpty();
    assertThat(Announcement.reachableBy("0.0.0.0")).noneMatch(InetAddress::isLoopbackAddress);
    assertThat(Announcement.reachableBy("192.0.2.1"))
        .extracting(InetAddress::getHostAddress)
        .containsExactly("192.0.2.1");
  }

  @Test
  void aRelayOnTheLoopbackInterfaceIsNotAnnounced() {
    try (TestRelay relay = TestRelay.start()) {
      assertThat(relay.port()).isPositive();
      assertThat(Thread.getAllStackTraces().keySet())
          .as("it looked for addresses, and found none")
          .noneMatch(thread -> thread.getName().startsWith("SocketListener(jetson-relay-"));
    }
  }
}
