// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.remote;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.frame.JpegHeader;
import org.jetsonrelay.server.hub.Attachment;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.hub.Feed;
import org.jetsonrelay.server.hub.Publisher;
import org.jspecify.annotations.Nullable;

/// A camera of another relay: to this relay's hub a publisher like any other, so that mailboxes,
/// pacing, statistics and snapshots know no difference. It asks for frames only while the hub wants
/// them.
///
/// Whoever receives frames leaves each in a slot in which the newest wins and goes on at once; a
/// virtual thread of the camera's own, which runs from the first demand on, makes frames of them.
/// Attached and closed by one thread, the link's; the hub calls from any.
public final class RemoteCamera implements Publisher {

  /// Start of image, the first two bytes of every JPEG (ITU-T T.81, table B.1).
  private static final short SOI = (short) 0xffd8;

  private static final int SHORTEST_JPEG_BYTES = 4;

  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  private record Arrival(
      byte[] data, int offset, long capturedAtMillis, long receivedAtMillis, long receivedNanos) {}

  private final RemoteContext context;
  private final String id;
  private final String node;
  private final String address;
  private final List<String> hops;
  private final Runnable demandChanged;
  private final AtomicReference<@Nullable Arrival> slot = new AtomicReference<>();

  /// Written by the link's thread, read by those who ask for rows.
  private volatile Figures figures = Figures.UNKNOWN;

  /// Written once by the link's thread, read by the camera's own.
  private volatile @Nullable Feed feed;

  // Written by threads of the hub, read by the link's.
  private volatile boolean wanted;
  private volatile boolean replaced;

  /// Written by the link's thread, read by the camera's own.
  private volatile boolean closed;

  /// Written by threads of the hub, one at a time; read by whoever leaves an arrival.
  private volatile @Nullable Thread importer;

  /// @param node the relay it comes from
  /// @param address how that is reached
  /// @param hops ids of the relays it has come through
  /// @param demandChanged called when [#wanted()] or [#isReplaced()] changes; must not block
  public RemoteCamera(
      RemoteContext context,
      String node,
      String address,
      List<String> hops,
      Runnable demandChanged) {
    this.context = context;
    this.node = node;
    this.address = address;
    this.hops = List.copyOf(hops);
    this.demandChanged = demandChanged;
    id = context.ids().next();
  }

  // ---- the link ----

  /// Takes a name in the hub.
  ///
  /// @return whether it has it now; false when a camera of this relay has it, or there are too many
  public boolean attach(String name) {
    // The owner is the link's other end: what comes over different links does not replace each
    // other.
    if (context.hub().attach(this, name, address, context.nanoTime().getAsLong())
        instanceof Attachment.Attached(Feed attached)) {
      feed = attached;
      return true;
    }
    return false;
  }

  /// Whether it has a name and has not lost it.
  public boolean attached() {
    return feed != null && !replaced;
  }

  /// Whether frames are wanted.
  public boolean wanted() {
    return wanted && !replaced && !closed;
  }

  /// Whether somebody else has the name now.
  public boolean isReplaced() {
    return replaced;
  }

  /// Remembers what the other relay says.
  ///
  /// @return whether the list of cameras reads differently now
  public boolean tell(Figures now) {
    Figures before = figures;
    figures = now;
    return before.live() != now.live()
        || before.width() != now.width()
        || before.height() != now.height();
  }

  /// Leaves a JPEG, in place of the one before if that still lies there.
  ///
  /// @param data not to be changed any more
  /// @param offset where the JPEG begins; it goes to the end
  /// @return whether there was one before
  public boolean offer(byte[] data, int offset, long capturedAtMillis) {
    boolean overwritten =
        slot.getAndSet(
                new Arrival(
                    data,
                    offset,
                    capturedAtMillis,
                    context.clock().millis(),
                    context.nanoTime().getAsLong()))
            != null;
    LockSupport.unpark(importer);
    return overwritten;
  }

  /// Gives the name back and ends the thread.
  public void close() {
    closed = true;
    LockSupport.unpark(importer);
    Feed attached = feed;
    if (attached != null) {
      context.hub().detach(attached, context.nanoTime().getAsLong());
    }
  }

  // ---- the camera's own thread ----

  private void run() {
    while (!closed && !replaced) {
      Arrival next = slot.getAndSet(null);
      Feed attached = feed;
      if (next == null) {
        LockSupport.park(this);
      } else if (attached != null && wanted) {
        publish(attached, next);
      }
    }
    slot.set(null);
  }

  private void publish(Feed attached, Arrival arrival) {
    int length = arrival.data().length - arrival.offset();
    if (!isImage(arrival.data(), arrival.offset())) {
      return;
    }
    Block block = context.pool().acquire(Frame.HEADROOM + length);
    ByteBuffer memory = block.memory();
    memory.put(Frame.HEADROOM, arrival.data(), arrival.offset(), length);
    int width = 0;
    int height = 0;
    if (JpegHeader.parse(memory, Frame.HEADROOM, length) instanceof JpegHeader.Size(int w, int h)) {
      width = w;
      height = h;
    }
    Frame frame =
        Frame.seal(
            block,
            Frame.HEADROOM,
            length,
            id,
            attached.nextSequence(),
            arrival.capturedAtMillis(),
            arrival.receivedAtMillis(),
            arrival.receivedNanos(),
            width,
            height);
    try {
      attached.publish(frame);
    } finally {
      frame.release();
    }
  }

  /// Whether a JPEG begins there.
  public static boolean isImage(byte[] data, int offset) {
    return data.length - offset >= SHORTEST_JPEG_BYTES
        && ByteBuffer.wrap(data).getShort(offset) == SOI;
  }

  // ---- the hub, any thread ----

  @Override
  public String id() {
    return id;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public String node() {
    return node;
  }

  @Override
  public List<String> hops() {
    return hops;
  }

  /// While nobody watches it here, what is known of the camera is what the other relay says.
  @Override
  public CameraRow describe(CameraRow row) {
    if (wanted) {
      return row; // what counts is what arrives
    }
    Figures said = figures;
    return new CameraRow(
        row.name(),
        row.from(),
        row.address(),
        row.demand(),
        said.live(),
        said.fps(),
        said.bytesPerSecond(),
        said.width(),
        said.height(),
        row.sequence(),
        row.frames(),
        row.lastFrameAgeMillis(),
        row.viewers(),
        row.connectedMillis(),
        row.node(),
        row.hops(),
        row.clock(),
        row.latency());
  }

  @Override
  public void startStreaming(String requestedBy) {
    wanted = true;
    if (importer == null) {
      // Known before it runs, so that whoever closes can wake it.
      Thread thread = Thread.ofVirtual().name("remote-" + id).unstarted(this::run);
      importer = thread;
      thread.start();
    }
    demandChanged.run();
  }

  @Override
  public void stopStreaming(String requestedBy) {
    wanted = false;
    demandChanged.run();
  }

  @Override
  public void replaced() {
    replaced = true;
    LockSupport.unpark(importer);
    demandChanged.run();
  }
}
