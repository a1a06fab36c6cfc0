// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Three relays and a NATS server: what a viewer at another relay waits longer than one at the
/// camera's own, in the same seconds, and what the bus carries for it; then how long a killed
/// server keeps pictures away.
@Command(name = "bench-cluster.sh", mixinStandardHelpOptions = true)
final class ClusterBench implements Callable<Integer> {
  private static final PrintStream OUT = System.out;
  private static final Pattern BYTES = Pattern.compile("\"(in|out)_bytes\":\\s*(\\d+)");
  private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final int ROUNDS = 3;

  @Option(names = "--relay", required = true, description = "What starts a relay.")
  private String relay = "";

  @Option(names = "--cameras", description = "At the first relay (${DEFAULT-VALUE}).")
  private int cameras = 4;

  @Option(names = "--fps", description = "Of each (${DEFAULT-VALUE}).")
  private double fps = 30;

  @Option(names = "--size", description = "Bytes of a frame (${DEFAULT-VALUE}).")
  private int size = 45_000;

  @Option(names = "--warm", description = "Seconds before the measurement (${DEFAULT-VALUE}).")
  private double warm = 10;

  @Option(names = "--seconds", description = "Seconds of the measurement (${DEFAULT-VALUE}).")
  private double seconds = 20;

  @Option(names = "--logs", hidden = true)
  private Path logs = Path.of(System.getProperty("java.io.tmpdir"));

  private final HttpClient http = HttpClient.newHttpClient();
  private final ExecutorService publishers =
      Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());

  public static void main(String[] args) {
    System.exit(new CommandLine(new ClusterBench()).execute(args));
  }

  /// The viewers of one relay.
  private record Audience(RelayProcess relay, ViewerLoop loop, SocketChannel channel) {}

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    Files.createDirectories(logs);
    int port = freePort();
    int monitor = freePort();
    Path config = logs.resolve("nats.conf");
    Files.writeString(
        config,
        "listen: 127.0.0.1:%d\nhttp: 127.0.0.1:%d\nmax_payload: 8MB\n".formatted(port, monitor));
    Process broker = broker(config, port);
    List<RelayProcess> relays = new ArrayList<>();
    try {
      for (String node : List.of("a", "b", "c")) {
        relays.add(
            RelayProcess.start(
                new Relay(
                    "cluster " + node,
                    "env NATS_URL=nats://127.0.0.1:%d NODE_NAME=%s %s"
                        .formatted(port, node, relay)),
                List.of(),
                logs));
      }
      List<byte[]> pictures = new ArrayList<>();
      List<CameraClient> senders = new ArrayList<>();
      for (int i = 0; i < cameras; i++) {
        pictures.add(FrameStamp.picture(i, size));
        senders.add(new CameraClient(relays.getFirst().address(), i, pictures.get(i)));
      }
      List<Audience> audiences = new ArrayList<>();
      for (RelayProcess each : relays) {
        audiences.add(audience(each, pictures));
      }
      steady(senders, audiences, monitor);
      outages(senders, audiences, config, port, broker);
      for (Audience each : audiences) {
        each.channel.close();
        each.loop.close();
      }
      return 0;
    } finally {
      relays.forEach(RelayProcess::close);
      broker.toHandle().destroyForcibly();
      publishers.shutdownNow();
    }
  }

  private static Audience audience(RelayProcess at, List<byte[]> pictures) throws IOException {
    ByteBuffer rest = ByteBuffer.allocate(16 * 1024);
    SocketChannel channel = Handshake.open(at.address(), rest);
    Handshake.sendText(channel, "{\"type\":\"client_type\",\"clientType\":\"flutter\"}");
    Handshake.sendText(channel, "{\"type\":\"request_stream\"}");
    ViewerLoop loop = new ViewerLoop(pictures);
    ViewerClient viewer = new ViewerClient(channel, loop, KernelDiscard.instance());
    viewer.parse(rest);
    loop.add(viewer);
    loop.start();
    return new Audience(at, loop, channel);
  }

  private void steady(List<CameraClient> senders, List<Audience> audiences, int monitor)
      throws IOException, InterruptedException, ExecutionException {
    long first = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    long start = first + Math.round(warm * 1e9);
    long end = start + Math.round(seconds * 1e9);
    List<Window> windows = new ArrayList<>();
    for (Audience each : audiences) {
      Window window = new Window(start, end);
      windows.add(window);
      each.loop.count(window);
    }
    List<Future<CameraClient.Sent>> sending = publish(senders, first, start, end);
    traffic(monitor); // the first request takes its time
    TimeUnit.NANOSECONDS.sleep(start - System.nanoTime());
    long[] before = traffic(monitor);
    long beforeNanos = System.nanoTime();
    List<Double> cpuBefore = new ArrayList<>();
    for (Audience each : audiences) {
      cpuBefore.add(each.relay.cpuSeconds());
    }
    TimeUnit.NANOSECONDS.sleep(end - System.nanoTime());
    long[] after = traffic(monitor);
    double between = (System.nanoTime() - beforeNanos) / 1e9;
    long due = 0;
    Histogram late = new Histogram(2);
    for (Future<CameraClient.Sent> each : sending) {
      due += each.get().due();
      late.add(each.get().late());
    }
    TimeUnit.MILLISECONDS.sleep(500);
    OUT.printf(
        Locale.ROOT,
        "%d cameras at a, %.0f fps, %d bytes; one viewer of all at each relay; %.0f s; late %.2f ms%n%n",
        cameras,
        fps,
        size,
        seconds,
        late.getValueAtPercentile(99) / 1e6);
    OUT.println("| viewer at | p50 ms | p99 ms | p99.9 ms | skipped % | relay's CPU % |");
    OUT.println("|---|---|---|---|---|---|");
    for (int i = 0; i < audiences.size(); i++) {
      Audience each = audiences.get(i);
      each.loop.count(null);
      each.loop.check();
      Window window = windows.get(i);
      OUT.printf(
          Locale.ROOT,
          "| %s | %.2f | %.2f | %.2f | %.2f | %.1f |%n",
          i == 0 ? "a, the cameras' own" : i == 1 ? "b" : "c",
          window.millis(50),
          window.millis(99),
          window.millis(99.9),
          100.0 * (due - window.delivered()) / due,
          100 * (each.relay.cpuSeconds() - cpuBefore.get(i)) / seconds);
    }
    for (double percentile : new double[] {50, 99}) {
      double added =
          Math.max(windows.get(1).millis(percentile), windows.get(2).millis(percentile))
              - windows.getFirst().millis(percentile);
      OUT.printf(Locale.ROOT, "%nAdded by the cluster, p%.0f: %.2f ms", percentile, added);
    }
    double jpegBytes = between * cameras * fps * size;
    OUT.printf(
        Locale.ROOT,
        "%nOn the bus per byte of JPEG: in %.3f, out %.3f (%.2f and %.2f MB/s)%n",
        (after[0] - before[0]) / jpegBytes,
        (after[1] - before[1]) / jpegBytes,
        (after[0] - before[0]) / between / 1e6,
        (after[1] - before[1]) / between / 1e6);
  }

  private List<Future<CameraClient.Sent>> publish(
      List<CameraClient> senders, long first, long start, long end) {
    long period = Math.round(1e9 / fps);
    List<Future<CameraClient.Sent>> sending = new ArrayList<>();
    for (CameraClient camera : senders) {
      long begin = first + period * camera.camera() / senders.size();
      sending.add(publishers.submit(() -> camera.publish(begin, period, start, end)));
    }
    return sending;
  }

  /// Kills the server three times while cameras send.
  private void outages(
      List<CameraClient> senders, List<Audience> audiences, Path config, int port, Process first)
      throws IOException, InterruptedException, ExecutionException {
    Process broker = first;
    ViewerLoop remote = audiences.get(1).loop;
    List<Double> back = new ArrayList<>();
    double oldest = 0;
    try {
      for (int round = 0; round < ROUNDS; round++) {
        long begin = System.nanoTime();
        long end = begin + TimeUnit.SECONDS.toNanos(11);
        Window window = new Window(begin, end);
        remote.count(window);
        Window local = new Window(begin, end);
        audiences.getFirst().loop.count(local);
        List<Future<CameraClient.Sent>> sending = publish(senders, begin, begin, end);
        TimeUnit.SECONDS.sleep(2);
        broker.toHandle().destroyForcibly();
        broker.onExit().join();
        TimeUnit.SECONDS.sleep(4);
        remote.check();
        broker = broker(config, port);
        long started = System.nanoTime();
        long quiet = remote.quietNanos();
        while (remote.quietNanos() >= quiet && System.nanoTime() - end < 0) {
          quiet = Math.max(quiet, remote.quietNanos());
          TimeUnit.MILLISECONDS.sleep(1);
        }
        back.add((System.nanoTime() - started) / 1e6);
        long due = 0;
        for (Future<CameraClient.Sent> each : sending) {
          due += each.get().due();
        }
        TimeUnit.MILLISECONDS.sleep(500);
        remote.count(null);
        audiences.getFirst().loop.count(null);
        oldest = Math.max(oldest, window.millis(100));
        OUT.printf(
            Locale.ROOT,
            "Server killed for 4 s: pictures at b again %.0f ms after it accepted connections; "
                + "local viewer got %.2f %% of its frames%n",
            back.getLast(),
            100.0 * local.delivered() / due);
      }
    } finally {
      broker.toHandle().destroyForcibly();
    }
    OUT.printf(Locale.ROOT, "Oldest frame shown at b in these rounds: %.0f ms%n", oldest);
  }

  private long[] traffic(int monitor) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + monitor + "/varz")).build();
    Matcher matcher = BYTES.matcher(http.send(request, BodyHandlers.ofString()).body());
    long[] bytes = new long[2];
    while (matcher.find()) {
      bytes[matcher.group(1).equals("in") ? 0 : 1] = Long.parseLong(matcher.group(2));
    }
    return bytes;
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private Process broker(Path config, int port) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("nats-server", "-c", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(logs.resolve("nats.log").toFile()))
            .start();
    long begin = System.nanoTime();
    while (true) {
      try (Socket probe = new Socket()) {
        probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
        return process;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() - begin > START_LIMIT_NANOS) {
          process.destroyForcibly();
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }
  }
}
