// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// A network name space of its own, joined to this machine by a cable that can be cut: both ends
/// then drop every packet, and neither is told. Needs root.
final class Cable implements AutoCloseable {

  private final String space;
  private final String outer;
  private final String inner;
  private final String network;
  private boolean cut;

  private Cable(int number) {
    // Names are at most 15 characters long and must not meet another run's.
    String id = Long.toString(ProcessHandle.current().pid() % 100_000, 36) + "x" + number;
    space = "relay-" + id;
    outer = "ro" + id;
    inner = "ri" + id;
    network = String.format(Locale.ROOT, "10.213.%d", 10 + number);
  }

  /// Whether this machine lets us.
  static boolean possible() {
    try (Cable probe = lay(99)) {
      return probe.space != null;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  static Cable lay(int number) throws IOException, InterruptedException {
    Cable cable = new Cable(number);
    run("ip netns add " + cable.space);
    try {
      run("ip link add " + cable.outer + " type veth peer name " + cable.inner);
      run("ip link set " + cable.inner + " netns " + cable.space);
      run("ip addr add " + cable.network + ".1/24 dev " + cable.outer);
      run("ip link set " + cable.outer + " up");
      cable.inside("ip addr add " + cable.network + ".2/24 dev " + cable.inner);
      cable.inside("ip link set lo up");
      cable.inside("ip link set " + cable.inner + " up");
    } catch (IOException e) {
      cable.close();
      throw e;
    }
    return cable;
  }

  /// By which this machine is reached from the other side.
  String host() {
    return network + ".1";
  }

  /// What is started under this lives on the other side.
  List<String> otherSide() {
    return List.of("ip", "netns", "exec", space);
  }

  void cut() throws IOException, InterruptedException {
    run("tc qdisc add dev " + outer + " root pfifo limit 0");
    inside("tc qdisc add dev " + inner + " root pfifo limit 0");
    cut = true;
  }

  void mend() throws IOException, InterruptedException {
    if (cut) {
      cut = false;
      inside("tc qdisc del dev " + inner + " root");
      run("tc qdisc del dev " + outer + " root");
    }
  }

  private void inside(String command) throws IOException, InterruptedException {
    run("ip netns exec " + space + " " + command);
  }

  private static void run(String command) throws IOException, InterruptedException {
    Child.run(command.split(" ", -1));
  }

  @Override
  public void close() throws IOException {
    try {
      run("ip netns del " + space); // and the cable with it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while taking " + space + " away", e);
    }
  }
}
