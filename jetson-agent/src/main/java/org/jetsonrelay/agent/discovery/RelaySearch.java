// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.discovery;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.jmdns.JmDNS;
import javax.jmdns.ServiceEvent;
import javax.jmdns.ServiceInfo;
import javax.jmdns.ServiceListener;

/**
 * Asks the local network by mDNS which relays are there. Each {@link #find} is on its own: it opens
 * its sockets and closes them. Whoever is on the network can answer, so what comes is checked and
 * limited, and no secret goes anywhere because of it but the token to the relay that was chosen.
 */
public final class RelaySearch {

  /** What relays announce. */
  static final String SERVICE = "_jetson-relay._tcp.local.";

  /** How many different relays are taken note of. */
  static final int MOST_RELAYS = 32;

  private static final Logger LOG = System.getLogger(RelaySearch.class.getName());
  private static final int MOST_ADDRESSES = 8;

  private final Supplier<List<InetAddress>> addresses;
  private final Duration patience;
  private final Duration others;

  /** On all of this machine's networks, as long as a user waits without wondering. */
  public RelaySearch() {
    this(RelaySearch::ownAddresses, Duration.ofSeconds(5), Duration.ofSeconds(1));
  }

  /**
   * Elsewhere, for tests.
   *
   * @param addresses of this machine, one in each network that is asked
   * @param patience how long to wait for a first answer
   * @param others how long to wait for others after the first
   */
  RelaySearch(Supplier<List<InetAddress>> addresses, Duration patience, Duration others) {
    this.addresses = addresses;
    this.patience = patience;
    this.others = others;
  }

  /** This machine's IPv4 addresses where others can be met. */
  private static List<InetAddress> ownAddresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .filter(RelaySearch::meetsOthers)
          .flatMap(NetworkInterface::inetAddresses)
          .filter(Inet4Address.class::isInstance)
          .limit(MOST_ADDRESSES)
          .toList();
    } catch (SocketException e) {
      LOG.log(Level.DEBUG, "the network interfaces cannot be listed: {0}", e.getMessage());
      return List.of();
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

  /**
   * The relays that answer, by name: as soon as the wanted one has; without a name, when there was
   * time for a second one to answer, too.
   */
  public List<FoundRelay> find(WantedRelay wanted) throws InterruptedException {
    Answers answers = new Answers();
    List<JmDNS> open = new ArrayList<>();
    try {
      for (InetAddress address : addresses.get()) {
        try {
          JmDNS network = JmDNS.create(address);
          open.add(network);
          network.addServiceListener(SERVICE, answers);
        } catch (IOException e) {
          LOG.log(Level.DEBUG, "mDNS on {0}: {1}", address.getHostAddress(), e.getMessage());
        }
      }
      return answers.await(wanted, patience, others);
    } finally {
      close(open);
    }
  }

  /** Saying goodbye takes two seconds, for which nobody has to wait. */
  private static void close(List<JmDNS> open) {
    Thread closing =
        new Thread(
            () -> {
              for (JmDNS network : open) {
                try {
                  network.close();
                } catch (IOException e) {
                  LOG.log(Level.DEBUG, "mDNS does not close: {0}", e.getMessage());
                }
              }
            },
            "mdns-closing");
    closing.setDaemon(true);
    closing.start();
  }

  /** What has been answered. Filled by the library's threads, awaited by the searching one. */
  private static final class Answers implements ServiceListener {

    /** Guarded by this object's lock, like the list of them. */
    private final Map<String, FoundRelay> byName = new LinkedHashMap<>();

    @Override
    public void serviceAdded(ServiceEvent event) {
      // Its address is asked for; the answer comes as "resolved".
      event.getDNS().requestServiceInfo(event.getType(), event.getName(), true);
    }

    @Override
    public synchronized void serviceRemoved(ServiceEvent event) {
      byName.remove(event.getName());
    }

    @Override
    public synchronized void serviceResolved(ServiceEvent event) {
      ServiceInfo info = event.getInfo();
      Inet4Address[] at = info.getInet4Addresses();
      int port = info.getPort();
      boolean usable = at.length > 0 && port > 0 && port < 65_536;
      if (usable
          && byName.size() < MOST_RELAYS
          && WantedRelay.NAME.matcher(event.getName()).matches()) {
        // On several networks it is the same relay at several addresses: the first one will do.
        byName.putIfAbsent(
            event.getName(),
            new FoundRelay(
                event.getName(),
                URI.create("ws://" + at[0].getHostAddress() + ":" + port + "/ws")));
        notifyAll();
      }
    }

    synchronized List<FoundRelay> await(WantedRelay wanted, Duration patience, Duration others)
        throws InterruptedException {
      long deadline = System.nanoTime() + patience.toNanos();
      boolean any = false;
      while (!wanted.satisfiedBy(byName.values())) {
        long now = System.nanoTime();
        if (!any && !byName.isEmpty() && wanted.name().isEmpty()) {
          any = true;
          deadline = Math.min(deadline - now, others.toNanos()) + now;
        }
        long left = deadline - now;
        if (left <= 0) {
          break;
        }
        wait(left / 1_000_000 + 1);
      }
      return byName.values().stream().sorted(Comparator.comparing(FoundRelay::name)).toList();
    }
  }
}
