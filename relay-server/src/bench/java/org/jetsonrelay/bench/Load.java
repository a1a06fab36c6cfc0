// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// A scenario's cameras and viewers, connected to one relay, and the measuring of it.
///
/// One thread opens, measures and closes.
final class Load implements AutoCloseable {
  private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long DRAIN_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long CALM_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long REGISTER_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Scenario scenario;
  private final RelayProcess relay;
  private final List<CameraClient> cameras = new ArrayList<>();
  private final List<SocketChannel> viewers = new ArrayList<>();
  private final ViewerLoop loop;
  private final ExecutorService publishers =
      Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().name("camera-", 0).factory());

  private Load(Scenario scenario, RelayProcess relay, List<byte[]> pictures) throws IOException {
    this.scenario = scenario;
    this.relay = relay;
    this.loop = new ViewerLoop(pictures);
  }

  /// Connects everybody and waits until all are registered.
  ///
  /// @param verify read and compare every byte, which costs the load generator more
  static Load open(Scenario scenario, RelayProcess relay, boolean verify)
      throws IOException, InterruptedException {
    List<byte[]> pictures = new ArrayList<>();
    for (int i = 0; i < scenario.cameras(); i++) {
      pictures.add(FrameStamp.picture(i, scenario.frameBytes()));
    }
    Load load = new Load(scenario, relay, pictures);
    try {
      load.connect(pictures, verify ? null : KernelDiscard.instance());
    } catch (IOException | InterruptedException | RuntimeException e) {
      load.close();
      throw e;
    }
    return load;
  }

  private void connect(List<byte[]> pictures, @Nullable KernelDiscard kernel)
      throws IOException, InterruptedException {
    InetSocketAddress address = relay.address();
    for (int i = 0; i < scenario.cameras(); i++) {
      cameras.add(new CameraClient(address, i, pictures.get(i)));
    }
    ByteBuffer rest = ByteBuffer.allocate(16 * 1024);
    for (int i = 0; i < scenario.viewers(); i++) {
      SocketChannel channel = Handshake.open(address, rest);
      viewers.add(channel);
      Handshake.sendText(channel, "{\"type\":\"client_type\",\"clientType\":\"flutter\"}");
      Handshake.sendText(channel, "{\"type\":\"request_stream\"}");
      if (i >= scenario.stalled()) {
        ViewerClient viewer = new ViewerClient(channel, loop, kernel);
        viewer.parse(rest);
        loop.add(viewer);
      }
    }
    loop.start();
    long begin = System.nanoTime();
    while (loop.registrations() < scenario.healthy()) {
      loop.check();
      if (System.nanoTime() - begin > REGISTER_LIMIT_NANOS) {
        throw new IOException(
            "only %d of %d viewers were registered"
                .formatted(loop.registrations(), scenario.healthy()));
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  /// Sends at this rate, and measures after the warm-up.
  Outcome measure(double fps, double warmSeconds, double seconds)
      throws IOException, InterruptedException {
    long warmNanos = Math.round(warmSeconds * 1e9);
    long windowNanos = Math.round(seconds * 1e9);
    long first = System.nanoTime() + SETTLE_NANOS;
    long windowStart = first + warmNanos;
    long end = windowStart + windowNanos;
    Window window = new Window(windowStart, end);
    loop.count(window);
    List<Future<CameraClient.Sent>> sending = new ArrayList<>();
    if (fps > 0) {
      long period = Math.max(1, Math.round(1e9 / fps));
      for (CameraClient camera : cameras) {
        // Cameras do not tick together.
        long start = first + period * camera.camera() / cameras.size();
        Callable<CameraClient.Sent> task = () -> camera.publish(start, period, windowStart, end);
        sending.add(publishers.submit(task));
      }
    }
    sleepUntil(windowStart);
    double cpuBefore = relay.cpuSeconds();
    long measuredFrom = System.nanoTime();
    sleepUntil(end);
    double cpu = relay.cpuSeconds() - cpuBefore;
    double measured = (System.nanoTime() - measuredFrom) / 1e9;
    long due = 0;
    Histogram late = new Histogram(2);
    for (Future<CameraClient.Sent> one : sending) {
      CameraClient.Sent sent = sentBy(one);
      due += sent.due();
      late.add(sent.late());
    }
    long offered = due * scenario.healthy();
    drain(window, offered);
    double rss = relay.rssMegabytes();
    loop.check();
    return new Outcome(
        fps,
        offered,
        window.delivered(),
        window.bytes(),
        cpu,
        measured,
        window.millis(50),
        window.millis(99),
        window.millis(99.9),
        late.getTotalCount() == 0 ? Double.NaN : late.getValueAtPercentile(99) / 1e6,
        rss);
  }

  private static CameraClient.Sent sentBy(Future<CameraClient.Sent> sending)
      throws IOException, InterruptedException {
    try {
      return sending.get(10, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException("a camera's connection broke: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IOException("the relay has stopped reading from a camera", e);
    }
  }

  /// Gives what is on its way some time to arrive. Ends with the window at rest.
  private void drain(Window window, long offered) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < DRAIN_LIMIT_NANOS) {
      loop.count(window); // a meeting with the viewers' thread: its counts are visible here
      if (window.delivered() >= offered) {
        break;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    loop.count(null);
  }

  /// Waits until what an overload has left behind has been delivered, for some seconds at most.
  void calm() throws InterruptedException {
    long begin = System.nanoTime();
    while (loop.quietNanos() < QUIET_NANOS && System.nanoTime() - begin < CALM_LIMIT_NANOS) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static void sleepUntil(long atNanos) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(atNanos - System.nanoTime());
  }

  @Override
  public void close() throws IOException {
    publishers.shutdownNow();
    for (CameraClient camera : cameras) {
      camera.close();
    }
    for (SocketChannel viewer : viewers) {
      viewer.close();
    }
    loop.close();
  }
}
