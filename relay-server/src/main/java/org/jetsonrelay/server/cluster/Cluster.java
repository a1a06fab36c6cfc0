// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.protocol.CameraNames;
import org.jetsonrelay.server.remote.RemoteContext;

/// This relay's part in a cluster: tells the others which cameras it has and which of theirs it
/// wants, puts theirs into its hub, and sends those of its own that are wanted.
///
/// Everything is decided by one virtual thread that owns all state. Threads of the bus leave
/// messages in a bounded inbox, the hub's leave a mark that demand has changed; frames pass by on
/// other threads, see [Export] and [org.jetsonrelay.server.remote.RemoteCamera].
public final class Cluster implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Cluster.class.getName());

  /// How often it looks whether something is due.
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /// In the inbox, stands for: look again.
  private static final byte[] WAKE = {};

  private final ClusterSettings settings;
  private final RemoteContext context;
  private final Bus bus;
  private final BusMessage.Sender self;
  private final Subjects subjects;
  private final BusCounts counts = new BusCounts();
  private final Members members;
  private final Leases leases;
  private final Remotes remotes;
  private final Exports exports;
  private final Talk talk;
  private final BlockingQueue<byte[]> inbox;
  private final Thread thread;

  /// Set by any thread, cleared by the cluster's before it looks.
  private final AtomicBoolean awake = new AtomicBoolean();

  // Only the cluster's thread's.
  private final Set<String> clashes = new HashSet<>();
  private Set<String> local = Set.of();
  private boolean connected;

  /// Written by the cluster's thread, read by request threads.
  private volatile List<ClusterStatus.Node> nodes = List.of();

  /// Written by the threads of exports and the cluster's, read by request threads.
  private volatile String problem = "";

  /// Written once by whoever closes.
  private volatile boolean closed;

  Cluster(ClusterSettings settings, RemoteContext context, long node, BusFactory bus) {
    this.settings = settings;
    this.context = context;
    self = new BusMessage.Sender(node, settings.node());
    subjects = new Subjects(settings.prefix());
    this.bus = bus.create(List.of(subjects.beats(), subjects.tables(), subjects.wants(node)));
    members = new Members(settings, node);
    leases = new Leases(settings.lease().toNanos());
    remotes = new Remotes(settings, context, this.bus, subjects, counts, this::wake);
    exports =
        new Exports(
            new Export.Context(
                context.hub(),
                this.bus,
                counts,
                node,
                new AtomicLong(),
                context.nanoTime(),
                now -> problem = now),
            context.ids(),
            subjects);
    talk = new Talk(settings, self, this.bus, subjects, this::complain);
    inbox = new ArrayBlockingQueue<>(settings.maxInbox());
    thread = Thread.ofVirtual().name("bus-cluster").unstarted(this::run);
  }

  /// Makes the bus, which listens to these subjects.
  @FunctionalInterface
  interface BusFactory {
    Bus create(List<String> controlSubjects);
  }

  /// Joins the cluster; returns at once, whether or not there is a server.
  public static Cluster join(ClusterSettings settings, RemoteContext context) {
    Cluster cluster =
        new Cluster(
            settings, context, context.hub().node(), control -> new NatsBus(settings, control));
    cluster.start();
    return cluster;
  }

  void start() {
    thread.start();
    bus.start(this::received, this::wake);
  }

  // ---- any thread ----

  private void received(byte[] message) {
    if (!inbox.offer(message)) {
      counts.overflowed.increment(); // what still holds is said again
    }
  }

  private void wake() {
    if (awake.compareAndSet(false, true)) {
      // When there is no room, there is something to wake up for already.
      boolean _ = inbox.offer(WAKE);
    }
  }

  /// How it stands.
  public ClusterStatus status() {
    return new ClusterStatus(
        settings.node(),
        bus.connected(),
        bus.server(),
        nodes,
        counts.framesOut.sum(),
        counts.bytesOut.sum(),
        counts.framesIn.sum(),
        counts.bytesIn.sum(),
        counts.tooLarge.sum(),
        counts.outdated.sum(),
        counts.overtaken.sum(),
        counts.malformed.sum() + counts.overflowed.sum(),
        problem);
  }

  /// Says goodbye and lets go of all remote cameras.
  @Override
  public void close() {
    closed = true;
    wake();
    try {
      thread.join(PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    bus.close();
  }

  // ---- the cluster's thread ----

  private void run() {
    try {
      while (!closed) {
        step();
      }
      talk.goodbye();
      exports.close();
      remotes.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does
    }
  }

  private void step() throws InterruptedException {
    byte[] message = inbox.poll(TICK_NANOS, TimeUnit.NANOSECONDS);
    awake.set(false);
    long nowNanos = context.nanoTime().getAsLong();
    try {
      // Not for ever, however fast they come.
      for (int i = 0; message != null && i < settings.maxInbox(); i++) {
        take(message, nowNanos);
        message = inbox.poll();
      }
      act(nowNanos);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "a step of the cluster failed; it goes on", e);
    }
  }

  @SuppressWarnings("ReferenceEquality") // the mark itself
  private void take(byte[] bytes, long nowNanos) {
    if (bytes == WAKE) {
      return;
    }
    BusMessage message = BusCodec.decode(bytes);
    if (message == null) {
      counts.malformed.increment();
      return;
    }
    BusMessage.Sender sender = message.sender();
    if (!isMember(sender, nowNanos)) {
      return;
    }
    switch (message) {
      case BusMessage.Beat(var _, boolean leaving) -> {
        if (leaving && members.leave(sender.node())) {
          leases.drop(sender.node());
          LOG.log(System.Logger.Level.INFO, "relay {0} has left the cluster", sender.name());
        }
      }
      case BusMessage.Table(var _, var cameras) -> {
        members.table(sender.node(), cameras, nowNanos);
        if (members.truncated()) {
          complain(
              "more than MAX_REMOTE_CAMERAS=%d cameras in the cluster: some of relay %s are not shown"
                  .formatted(settings.maxRemoteCameras(), sender.name()));
        }
      }
      case BusMessage.Wants(var _, var cameras) ->
          leases.grant(sender.node(), cameras, local, nowNanos);
    }
  }

  private boolean isMember(BusMessage.Sender sender, long nowNanos) {
    switch (members.heard(sender, nowNanos)) {
      case KNOWN -> {
        return true;
      }
      case NEWCOMER -> {
        LOG.log(System.Logger.Level.INFO, "relay {0} has joined the cluster", sender.name());
        talk.newcomer();
        return true;
      }
      case NAME_CLASH ->
          complain(
              "more than one relay in the cluster is called '%s': give each a NODE_NAME of its own"
                  .formatted(sender.name()));
      case FULL ->
          complain(
              "there are more than %d other relays: '%s' is ignored"
                  .formatted(settings.maxNodes(), sender.name()));
    }
    return false;
  }

  /// Says each thing once; what is said goes by names from the bus, so there is an end to it.
  private void complain(String what) {
    problem = what;
    if (clashes.size() < settings.maxNodes() && clashes.add(what)) {
      LOG.log(System.Logger.Level.WARNING, what);
    }
  }

  private void act(long nowNanos) {
    boolean now = bus.connected();
    if (now != connected) {
      connected = now;
      talk.newcomer(); // to the others, this relay is one
    }
    for (String name : members.expire(nowNanos)) {
      LOG.log(System.Logger.Level.WARNING, "relay {0} is silent: its cameras are gone", name);
    }
    leases.expire(nowNanos);
    List<CameraRow> rows = context.hub().cameraRows(nowNanos);
    Set<String> ours = remotes.names();
    Set<String> taken = new HashSet<>();
    Set<String> here = new HashSet<>();
    for (CameraRow row : rows) {
      if (row.local() && CameraNames.valid(row.name())) {
        here.add(row.name());
      }
      if (row.local() || !ours.contains(row.name())) {
        taken.add(row.name());
      }
    }
    local = here;
    remotes.show(members, taken);
    Map<Long, List<String>> wants = remotes.follow();
    exports.serve(leases.wanted(), members);
    talk.say(rows, wants, nowNanos);
    nodes = describe(nowNanos);
  }

  private List<ClusterStatus.Node> describe(long nowNanos) {
    Map<String, Set<Long>> wanted = leases.wanted();
    return members.all().stream()
        .map(member ->
            new ClusterStatus.Node(
                member.name(),
                member.cameras().size(),
                (int) wanted.values().stream().filter(by -> by.contains(member.node())).count(),
                (nowNanos - member.heardNanos()) / 1_000_000))
        .toList();
  }
}
