// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jetsonrelay.server.frame.BlockPool;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// One frame published to all viewers of a camera: all that the hub does, and nothing of sockets.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
public class FanOutBenchmark {
  /// Who watches.
  @Param({"1", "100", "1000"})
  public int viewers;

  /// Whether each viewer takes its frame at once, or never: then every delivery is a skip.
  @Param({"true", "false"})
  public boolean taken;

  private final RelayMetrics metrics = new RelayMetrics();
  private final Hub hub = new Hub(HubSettings.defaults(), metrics);
  private final BlockPool pool = new BlockPool(1 << 20);
  private final Camera camera = camera(hub);

  /// Joins all viewers.
  @Setup
  public void join() {
    for (int i = 0; i < viewers; i++) {
      Taker taker = new Taker("client_" + i);
      if (!(hub.join(taker) instanceof Admission.Admitted(Watch watch))) {
        throw new IllegalStateException("the hub is full");
      }
      hub.choose(watch, Choice.ALL, 0);
      taker.subscription = taken ? watch.subscriptions().getFirst() : null;
    }
    if (camera.viewers() != viewers) {
      throw new IllegalStateException("not all watch");
    }
  }

  private static Camera camera(Hub hub) {
    if (!(hub.attach(new Silent(), "front", "", 0) instanceof Attachment.Attached(Feed feed))) {
      throw new IllegalStateException("the hub takes no camera");
    }
    return feed.camera();
  }

  /// A new frame (viewers take none twice), then a mailbox swap and a mail for each viewer.
  @Benchmark
  public void deliver() {
    Frame frame = MailboxBenchmark.frame(pool, camera.nextSequence());
    camera.deliver(frame);
    frame.release();
  }

  /// A viewer whose writer takes on the publisher's thread, as an idle connection's does.
  private static final class Taker implements Viewer {
    private final String id;
    private volatile @Nullable Subscription subscription;

    Taker(String id) {
      this.id = id;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public void mail() {
      Subscription from = subscription;
      Frame frame = from == null ? null : from.take();
      if (frame != null) {
        frame.release();
      }
    }

    @Override
    public void camerasChanged() {}

    @Override
    public ViewerRow row() {
      return new ViewerRow(
          id, "192.0.2.2:4712", List.of(), 0, 0, 0, 0, Map.of(), 0, 0, -1, -1, -1, -1, 0, Map.of());
    }
  }

  private static final class Silent implements Publisher {
    @Override
    public String id() {
      return "client_camera";
    }

    @Override
    public String address() {
      return "192.0.2.1:4711";
    }

    @Override
    public void startStreaming(String requestedBy) {}

    @Override
    public void stopStreaming(String requestedBy) {}

    @Override
    public void replaced() {}
  }
}
