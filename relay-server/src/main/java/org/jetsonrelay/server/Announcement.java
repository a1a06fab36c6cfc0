// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.jmdns.JmDNS;
import javax.jmdns.ServiceInfo;

/// Tells the local network by mDNS where this relay is: its address and port, nothing else. Agents
/// started with `--relay auto` find it by that. Failing to is worth a warning, never the relay.
///
/// Owns its thread, which alone touches the library until [#close]. It looks at the machine's
/// addresses again and again, since they come and go with cables and leases.
final class Announcement implements AutoCloseable {

  /// What is announced; agents ask for it.
  static final String SERVICE = "_jetson-relay._tcp.local.";

  private static final System.Logger LOG = System.getLogger(Announcement.class.getName());
  private static final int USUAL_PORT = 8080;
  private static final int MOST_ADDRESSES = 8;
  private static final int MOST_NAME_CHARS = 50;
  private static final byte[] NO_TEXT = {0};

  /// Opens the library on one of this machine's addresses.
  @FunctionalInterface
  interface Opener {
    JmDNS open(InetAddress address, String hostName) throws IOException;
  }

  private final Opener opener;
  private final String name;
  private final int port;
  private final Supplier<Set<InetAddress>> addresses;
  private final Duration period;
  private final Duration goodbye;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread = Thread.ofPlatform().daemon().name("mdns").unstarted(this::run);

  // Announced addresses, and those whose failure was reported; the thread's own.
  private final Map<InetAddress, JmDNS> announced = new HashMap<>();
  private final Set<InetAddress> failed = new HashSet<>();

  /// Announces nothing yet.
  ///
  /// @param opener opens the library
  /// @param name what the relay is called on this network
  /// @param port where it listens
  /// @param addresses of this machine, one in each network that is to be told
  /// @param period how often to look at the addresses
  /// @param goodbye how long closing may take
  Announcement(
      Opener opener,
      String name,
      int port,
      Supplier<Set<InetAddress>> addresses,
      Duration period,
      Duration goodbye) {
    this.opener = opener;
    this.name = name;
    this.port = port;
    this.addresses = addresses;
    this.period = period;
    this.goodbye = goodbye;
  }

  /// Starts to announce a relay wherever it can be reached from another machine.
  ///
  /// @param host the address it listens on
  static Announcement start(String host, int port) {
    Announcement announcement =
        new Announcement(
            JmDNS::create,
            nameOf(hostName(), port),
            port,
            () -> reachableBy(host),
            Duration.ofSeconds(30),
            Duration.ofMillis(300));
    announcement.start();
    return announcement;
  }

  void start() {
    thread.start();
  }

  /// The machine's name, with the port where it is not the usual one: two relays on one machine
  /// differ.
  static String nameOf(String host, int port) {
    String label = host.replaceFirst("\\..*", "").replaceAll("[^A-Za-z0-9-]", "-");
    String shortened = label.substring(0, Math.min(label.length(), MOST_NAME_CHARS));
    String base = shortened.isEmpty() ? "relay" : shortened;
    return port == USUAL_PORT ? base : base + "-" + port;
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      LOG.log(Level.DEBUG, "this machine''s name does not resolve: {0}", e.getMessage());
      return "relay";
    }
  }

  /// This machine's addresses under which others reach a listener on `host`; none for a listener on
  /// the loopback interface.
  static Set<InetAddress> reachableBy(String host) {
    try {
      InetAddress bound = InetAddress.getByName(host);
      if (bound.isLoopbackAddress()) {
        return Set.of();
      }
      if (!bound.isAnyLocalAddress()) {
        return Set.of(bound);
      }
      return NetworkInterface.networkInterfaces()
          .filter(Announcement::meetsOthers)
          .flatMap(NetworkInterface::inetAddresses)
          .filter(Inet4Address.class::isInstance)
          .limit(MOST_ADDRESSES)
          .collect(Collectors.toUnmodifiableSet());
    } catch (UnknownHostException | SocketException e) {
      LOG.log(Level.DEBUG, "no address to announce: {0}", e.getMessage());
      return Set.of();
    }
  }

  private static boolean meetsOthers(NetworkInterface network) {
    try {
      return network.isUp()
          && network.supportsMulticast()
          && !network.isLoopback()
          && !network.isPointToPoint();
    } catch (SocketException e) {
      LOG.log(Level.DEBUG, "{0}: {1}", network.getName(), e.getMessage());
      return false;
    }
  }

  private void run() {
    try {
      do {
        follow(addresses.get());
      } while (!closing.await(period.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "no longer announced by mDNS", e);
    } finally {
      Set.copyOf(announced.keySet()).forEach(this::withdraw);
    }
  }

  private void follow(Set<InetAddress> now) {
    Set<InetAddress> gone = new HashSet<>(announced.keySet());
    gone.removeAll(now);
    gone.forEach(this::withdraw);
    for (InetAddress address : now) {
      if (closing.getCount() > 0 && !announced.containsKey(address)) {
        announce(address);
      }
    }
  }

  private void announce(InetAddress address) {
    try {
      // A host name of our own: the machine's is the business of its own mDNS daemon.
      JmDNS network = opener.open(address, "jetson-relay-" + name);
      announced.put(address, network);
      ServiceInfo info = ServiceInfo.create(SERVICE, name, port, 0, 0, NO_TEXT);
      network.registerService(info);
      failed.remove(address);
      LOG.log(
          Level.INFO,
          "announced by mDNS as \"{0}\" at {1}:{2}",
          info.getName(), // another one if the name was taken
          address.getHostAddress(),
          Integer.toString(port));
    } catch (IOException e) {
      if (failed.add(address)) {
        LOG.log(
            Level.WARNING,
            "cannot be announced by mDNS at {0}: {1}; agents need its address",
            address.getHostAddress(),
            e.getMessage());
      }
      withdraw(address);
    }
  }

  // The library says goodbye at once and then waits for two seconds: beside us.
  private void withdraw(InetAddress address) {
    JmDNS network = announced.remove(address);
    if (network == null) {
      return;
    }
    Thread leaving =
        Thread.ofPlatform()
            .daemon()
            .name("mdns-goodbye")
            .start(() -> {
              try {
                network.close();
              } catch (IOException e) {
                LOG.log(Level.DEBUG, "mDNS does not close: {0}", e.getMessage());
              }
            });
    try {
      leaving.join(goodbye);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Says goodbye. Calling it again does nothing.
  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(goodbye.multipliedBy(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
