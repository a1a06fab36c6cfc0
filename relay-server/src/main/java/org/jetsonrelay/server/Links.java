// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.time.InstantSource;
import java.util.Optional;
import org.jetsonrelay.server.cluster.Cluster;
import org.jetsonrelay.server.cluster.ClusterStatus;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.hub.Hub;
import org.jetsonrelay.server.protocol.ClientIds;
import org.jetsonrelay.server.remote.RemoteContext;
import org.jetsonrelay.server.upstream.Upstream;
import org.jetsonrelay.server.upstream.UpstreamStatus;
import org.jspecify.annotations.Nullable;

/// The relay's links to other relays. Opened and closed by the thread that starts and stops the
/// relay; request threads ask how they stand.
final class Links {

  private final RelaySettings settings;
  private final RemoteContext context;

  /// Written by the thread that starts and stops the relay, read by request threads.
  private volatile @Nullable Cluster cluster;

  /// As above.
  private volatile @Nullable Upstream upstream;

  Links(RelaySettings settings, Hub hub, BlockPool pool) {
    this.settings = settings;
    InstantSource clock = InstantSource.system();
    context = new RemoteContext(hub, pool, new ClientIds(clock), clock, System::nanoTime);
  }

  void open() {
    if (settings.cluster().enabled()) {
      cluster = Cluster.join(settings.cluster(), context);
    }
    if (settings.upstream().enabled()) {
      upstream = Upstream.open(settings.upstream(), context);
    }
  }

  boolean inCluster() {
    return settings.cluster().enabled();
  }

  /// How the cluster stands; empty where there is none.
  Optional<ClusterStatus> cluster() {
    return Optional.ofNullable(cluster).map(Cluster::status);
  }

  /// How the link to the relay above stands; empty where there is none.
  Optional<UpstreamStatus> upstream() {
    return Optional.ofNullable(upstream).map(Upstream::status);
  }

  void close() {
    Upstream above = upstream;
    if (above != null) {
      above.close();
    }
    Cluster joined = cluster;
    if (joined != null) {
      joined.close();
    }
  }
}
